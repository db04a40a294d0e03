package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What `train gpt` makes of texts: tokenizers and their samples.
class GptTextTest {
  @TempDir Path temp;

  private Path train(Path data, String... more) {
    Path run = temp.resolve("run");
    String[] command =
        Shell.join(
            TrainTest.TINY_GPT,
            Shell.join(
                List.of("--lr", "0.02", "--data", data.toString(), "--out", run + ""), more));
    Result result = Shell.jacquard(command);
    assertEquals(0, result.exit(), result::toString);
    return run;
  }

  @Test
  void bytesOfChineseAreWrittenAsWholeCharacters() throws IOException {
    Path data = Files.writeString(temp.resolve("poem.txt"), "床前明月光。\n".repeat(80));
    Path run = train(data, "--tokenizer", "byte", "--steps", "200");
    assertEquals(
        "byte", Json.read(run.resolve("config.json")).field("tokenizer").field("type").asText());
    Path out = temp.resolve("sample.txt");
    Result sample =
        Shell.jacquard(
            "sample",
            run.toString(),
            "--prompt",
            "床前",
            "--temperature",
            "0",
            "--length",
            "40",
            "--out",
            out.toString());
    assertEquals(0, sample.exit(), sample::toString);
    // The last 2 of the 40 bytes are part of a character.
    assertEquals("床前明月光。\n床前明月光。\n床前\ufffd\n", Files.readString(out, UTF_8));
  }

  @Test
  void bytePairsOfPoemsInJsonAreLearnedAndRestored() throws IOException {
    Path data =
        Files.writeString(
            temp.resolve("poems.json"),
            "["
                + "{\"title\": \"靜夜思\", \"paragraphs\": [\"床前明月光，\", \"疑是地上霜。\"]}, ".repeat(40)
                + "{\"paragraphs\": []}]");
    Path run = train(data, "--tokenizer", "bpe:270", "--steps", "150");
    Json tokenizer = Json.read(run.resolve("config.json")).field("tokenizer");
    assertEquals("tokenizer.json", tokenizer.field("type").asText());
    Json model = tokenizer.field("definition").field("model");
    assertEquals(14, model.field("merges").items().size());
    Path out = temp.resolve("sample.txt");
    Result sample =
        Shell.jacquard(
            "sample",
            run.toString(),
            "--prompt",
            "明月",
            "--temperature",
            "0",
            "--length",
            "9",
            "--out",
            out.toString());
    assertEquals(0, sample.exit(), sample::toString);
    assertEquals("明月光，\n疑是\ufffd\n", Files.readString(out, UTF_8));

    // The tokenizer of one run, as a file, is that of another.
    Path file =
        Files.writeString(temp.resolve("tokenizer.json"), tokenizer.field("definition").toString());
    Path other = temp.resolve("other");
    Files.move(run, other);
    Path again = train(data, "--tokenizer", file.toString(), "--steps", "2");
    assertEquals(tokenizer, Json.read(again.resolve("config.json")).field("tokenizer"));
  }
}
