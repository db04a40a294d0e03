package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Whatever is wrong with a call is one line and exit code 2, before a run folder is made.
class BadInputTest {
  @TempDir Path temp;

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "train gpt --batch 0        | --batch is 0, expected 1 or more",
        "train gpt --batch x        | Invalid value for option '--batch': 'x' is not an int",
        "train gpt --steps 0        | --steps is 0, expected 1 or more",
        "train gpt --epochs -1      | --epochs is -1, expected 1 or more",
        "train gpt --steps 1 --epochs 1 | mutually exclusive",
        "train gpt --lr 0           | --lr is 0.0, expected above 0 and finite",
        "train gpt --lr NaN         | --lr is NaN, expected above 0 and finite",
        "train gpt --layers 0       | --layers is 0, expected 1 or more",
        "train gpt --heads 5        | --dim is 128 and --heads is 5, expected heads that divide it",
        "train gpt --threads 0      | --threads is 0, expected 1 or more",
        "train gpt --threads 100000 | jacquard.threads: '100000', expected a whole number from 1 to"
            + " 1024",
        "train gpt --tokenizer word   | --tokenizer is word, expected char, byte, bpe:N, or",
        "train gpt --tokenizer bpe:x  | --tokenizer is bpe:x, expected a number of tokens above 256",
        "train gpt --batch 2000000000 | --batch is 2000000000, which times 64 tokens of --context",
        "train gpt --epochs 9223372036854775807 | --epochs is 9223372036854775807, which times",
        "train gpt --device abacus  | device: no back end 'abacus' on the class path",
        "train gpt --device :       | device: ':', expected a back end",
        "train gpt --context 100000000 | tokens don't fill a context of 100000000",
        "train gpt --speed 3        | Unknown options: '--speed', '3'",
        "train gpt --data TEMP/none | no such file or folder",
        "train gpt --data TEMP/empty | holds no .txt, .json or .jsonl file",
        "train gpt --data TEMP/empty.txt | 0 tokens don't fill a context of 64",
        "train gpt --data TEMP/binary | is not UTF-8",
        "train vae --batch 0        | --batch is 0, expected 1 or more",
        "train vae --hidden 0       | --hidden is 0, expected 1 or more",
        "train vae --latent 0       | --latent is 0, expected 1 or more",
        "train vae --heads 2        | Unknown options: '--heads', '2'",
        "train vae --data TEMP/none | no such folder",
        "train vae --data TEMP/empty | holds no train-images-idx3-ubyte",
        "train vae --data TEMP/empty.txt | holds no train-images-idx3-ubyte",
        "train vae --data TEMP/corrupt | train-images-idx3-ubyte.gz",
        "train vae --data TEMP/idx --batch 65 | 64 examples don't fill a batch of 65",
        "train gan --latent 0       | --latent is 0, expected 1 or more",
        "train gan --loss ce        | expected one of [bce, lsgan, hinge, wgan-gp], but was 'ce'",
        "train gan --arch rnn       | Invalid value for option '--arch': expected one of [mlp, dcgan],"
            + " but was 'rnn'",
        "train gan --channels 7     | --channels is 7 and for dcgan, and --arch is mlp; leave it out",
        "train gan --ema 1          | --ema is 1.0, expected 0 or more and below 1",
        "train gan --d-steps 0      | --d-steps is 0, expected 1 or more",
        "train gan --r1 -1          | --r1 is -1.0, expected 0 or more and finite",
        "train gan --loss hinge --label-smoothing 0.1 | --label-smoothing is for bce and lsgan, and"
            + " --loss is hinge",
        "train gan --arch dcgan --data TEMP/idx --batch 8 | --arch dcgan draws pictures whose sides"
            + " 4 divides, and these are 6 x 6",
        "train gan --loss wgan-gp --gradient-penalty 0 | --gradient-penalty is 0, and wgan-gp wants a"
            + " critic of bounded slope: expected above 0, or --r1 or --spectral-norm beside it",
        "train gan --batch-norm     | --batch-norm is for dcgan, without --spectral-norm and penalties",
        "train gan --arch dcgan --batch-norm --r1 1 | --batch-norm is for dcgan, without",
        "train gan --features TEMP/none | none: no such folder",
        "train gan --features TEMP/foreign | foreign: is a run of train rnn, expected one of train"
            + " classifier",
        "train vae --arch conv --data TEMP/idx --batch 8 | --arch conv takes pictures whose sides 4"
            + " divides, and these are 6 x 6",
        "train vae --beta NaN       | --beta is NaN, expected 0 or more and finite",
        "train vae --beta -0.5      | --beta is -0.5, expected 0 or more and finite",
        "train vae --beta much      | Invalid value for option '--beta': 'much' is not a double",
        "train vae --augment blur   | augment: 'blur': unknown, expected resize, centre-crop, crop,"
            + " flip, rotate, shift, brightness or contrast",
        "train vae --augment saturation=0.5 | augment: 'saturation=0.5': not for grey pictures",
        "train vae --augment resize=8x8 | --augment: makes 8 x 8 of images of 28 x 28, expected the"
            + " same size",
        "train vae --augment normalise=0:1 | augment: 'normalise=0:1': not for grey pictures of 0 to"
            + " 1, expected resize",
        "eval TEMP/none             | no such folder",
        "eval TEMP/foreign          | config.json: recipe 'rnn', expected gpt, mlm, vae, gan or"
            + " classifier",
        "plot latent TEMP/foreign   | foreign: is a run of train rnn, expected one of train vae",
        "plot augment --augment x   | augment: 'x': unknown, expected resize",
        "train gan --data TEMP/corrupt | train-images-idx3-ubyte.gz",
        "train gan --data TEMP/untested | holds no t10k-images-idx3-ubyte",
        "train classifier --dropout 1 | --dropout is 1.0, expected 0 or more and below 1",
        "train classifier --features 0 | --features is 0, expected 1 or more",
        "train                      | Missing required subcommand",
        "train rnn                  | Unmatched argument at index 1: 'rnn'",
        "sample                     | Missing required parameter: 'RUN'",
        "sample TEMP/none           | no such folder",
        "sample TEMP/empty          | holds no config.json",
        "sample TEMP/unsaved        | holds no model.safetensors",
        "sample TEMP/foreign        | config.json: unknown recipe 'rnn', expected gpt, mlm, vae or gan",
        "sample TEMP/cut            | config.json",
        "sample TEMP/partial        | config.json: json: has no field 'model'",
        "sample TEMP/hollow         | model.safetensors",
        "sample TEMP/headless       | config.json: ",
        "sample TEMP/wordwise       | config.json: tokenizer: unknown type 'words'",
        "paint                      | Unmatched argument at index 0: 'paint'",
      })
  void isOneLineAndTwo(String call, String expected) throws IOException {
    prepare();
    String[] words =
        Arrays.stream(call.strip().split(" "))
            .map(word -> word.replace("TEMP", temp.toString()))
            .toArray(String[]::new);
    Path run = temp.resolve("run");
    boolean trains = words[0].equals("train") && words.length > 2;
    Result result =
        Shell.jacquard(trains ? Shell.join(List.of(words), "--out", run.toString()) : words);
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().startsWith("jacquard"), result::toString);
    assertTrue(result.err().getFirst().contains(expected), result::toString);
    assertEquals(List.of(), result.out());
    assertFalse(Files.exists(run), "no run folder");
  }

  @Test
  void anOutThatCannotBeMadeIsToldBeforeTraining() throws IOException {
    prepare();
    Path data = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path under = temp.resolve("empty.txt").resolve("run");
    Result result =
        Shell.jacquard(
            Shell.join(TrainTest.TINY_GPT, "--data", data.toString(), "--out", under.toString()));
    assertEquals(2, result.exit(), result::toString);
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().contains("--out: " + under), result::toString);
    assertEquals(List.of(), result.out());
  }

  @Test
  void debugShowsWhere() {
    Result result = Shell.jacquard("train", "gpt", "--batch", "0", "--debug");
    assertEquals(2, result.exit());
    assertTrue(
        result.err().stream()
            .anyMatch(line -> line.contains("at jacquard.examples.recipe.GptRecipe")),
        result::toString);
  }

  @Test
  void everyCommandHelps() {
    for (String call :
        List.of("", "train", "train gpt", "train vae", "train gan", "resume", "sample", "doctor")) {
      String[] words = (call + " --help").strip().split(" ");
      Result result = Shell.jacquard(words);
      assertEquals(0, result.exit(), call);
      assertTrue(
          result.out().getFirst().startsWith(("Usage: jacquard " + call).strip()),
          result::toString);
    }
  }

  private void prepare() throws IOException {
    Files.createDirectory(temp.resolve("empty"));
    Files.createFile(temp.resolve("empty.txt"));
    Files.write(temp.resolve("binary"), new byte[] {'a', (byte) 0xff, 'b'});
    TinyData.mnist(temp.resolve("idx"), 64, 10);
    Path untested = TinyData.mnist(temp.resolve("untested"), 64, 10);
    Files.delete(untested.resolve("t10k-images-idx3-ubyte.gz"));
    Path corrupt = TinyData.mnist(temp.resolve("corrupt"), 64, 10);
    Path images = corrupt.resolve("train-images-idx3-ubyte.gz");
    byte[] bytes = Files.readAllBytes(images);
    Files.write(images, Arrays.copyOf(bytes, bytes.length / 2));
    run("unsaved", "{\"recipe\": \"gpt\"}", false);
    run("foreign", "{\"recipe\": \"rnn\"}", true);
    run("cut", "{\"recipe\": \"gp", true);
    run("partial", "{\"recipe\": \"vae\"}", true);
    run(
        "hollow",
        "{\"recipe\": \"gan\", \"model\": {\"arch\": \"mlp\", \"height\": 6, \"width\": 6,"
            + " \"channels\": 4, \"latent\": 4, \"classes\": 0, \"norm\": \"none\", \"ema\": 0}}",
        true);
    String sizes = "\"model\": {\"context\": 4, \"dim\": 8, \"heads\": 3, \"layers\": 1}";
    String gpt = "{\"recipe\": \"gpt\", \"names\": false, " + sizes + ", \"tokenizer\": ";
    run("headless", gpt + "{\"type\": \"char\", \"characters\": \"ab\"}}", true);
    run("wordwise", gpt + "{\"type\": \"words\"}}", true);
  }

  private void run(String name, String config, boolean saved) throws IOException {
    Path run = Files.createDirectory(temp.resolve(name));
    Files.writeString(run.resolve("config.json"), config);
    if (saved) {
      Files.createFile(run.resolve("model.safetensors"));
    }
  }
}
