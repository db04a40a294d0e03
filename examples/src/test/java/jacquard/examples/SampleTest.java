package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Samples of runs that were trained for a moment.
class SampleTest {
  @TempDir static Path temp;
  private static Path text;
  private static Path names;
  private static Path vae;
  private static Path gan;

  @BeforeAll
  static void train() throws IOException {
    Path letters = TinyData.text(temp.resolve("letters.txt"), 3000);
    Path idx = TinyData.mnist(temp.resolve("idx"), 64, 10);
    List<String> gpt = TrainTest.TINY_GPT;
    text = run("text", Shell.join(gpt, "--data", letters.toString()));
    names = run("names", gpt.toArray(String[]::new));
    vae = run("vae", "train", "vae", "--data", idx.toString(), "--batch", "16", "--hidden", "8");
    gan = run("gan", "train", "gan", "--data", idx.toString(), "--batch", "16", "--latent", "4");
  }

  private static Path run(String name, String... command) {
    Path run = temp.resolve(name);
    Result result =
        Shell.jacquard(Shell.join(List.of(command), "--steps", "2", "--out", run.toString()));
    assertEquals(0, result.exit(), result::toString);
    return run;
  }

  @Test
  void theSameSeedWritesTheSameText() {
    List<String> one = sample(text, "--seed", "3");
    assertEquals(one, sample(text, "--seed", "3"));
    assertNotEquals(one, sample(text, "--seed", "4"));
  }

  @Test
  void samplesDoNotDependOnHowManyThereAre() {
    List<String> two = sample(text, "--count", "2", "--length", "40");
    List<String> one = sample(text, "--count", "1", "--length", "40");
    assertEquals(one, two.subList(0, one.size()));
    assertTrue(two.contains("----"));
  }

  @Test
  void aTextBeginsWithItsPromptAndHasItsLength() {
    // Far beyond the context of 16, where the cache starts again.
    String all = String.join("\n", sample(text, "--prompt", "abc", "--length", "100"));
    assertTrue(all.startsWith("abc"), all);
    assertEquals(103, all.length());
    String longPrompt = "abcdefgh".repeat(5);
    String more = String.join("\n", sample(text, "--prompt", longPrompt, "--length", "7"));
    assertTrue(more.startsWith(longPrompt), more);
  }

  @Test
  void aTextThatEndsEarlyMayHaveAnyLength() {
    List<String> most = sample(text, "--length", "2147483647", "--stop", "a");
    assertEquals(sample(text, "--length", "400", "--stop", "a"), most);
  }

  @Test
  void temperatureZeroAndTopOneTakeTheLikeliest() {
    List<String> coldest = sample(text, "--temperature", "0", "--length", "50");
    assertEquals(coldest, sample(text, "--temperature", "0", "--length", "50", "--seed", "9"));
    assertEquals(coldest, sample(text, "--top-k", "1", "--length", "50", "--seed", "9"));
  }

  @Test
  void namesAreMarkedAndBeginWithThePrompt() {
    List<String> lines = sample(names, "--count", "5", "--prompt", "Buffer", "--length", "12");
    assertEquals(6, lines.size(), lines::toString);
    for (String line : lines.subList(0, 5)) {
      assertTrue(line.matches("[* +] Buffer[A-Za-z0-9]{1,12}"), line);
    }
    assertTrue(lines.getLast().startsWith("(* is new, not among the "), lines::toString);
  }

  @Test
  void aCharacterThatTheModelDoesNotKnowIsOneLine() {
    Result result = Shell.jacquard("sample", text.toString(), "--prompt", "abc!");
    assertEquals(2, result.exit());
    assertEquals(1, result.err().size(), result::toString);
    assertTrue(result.err().getFirst().contains("unknown character '!'"), result::toString);
  }

  @Test
  void textGoesToTheFileThatIsNamed() throws IOException {
    Path file = temp.resolve("sample.txt");
    List<String> out = sample(text, "--out", file.toString());
    assertEquals(List.of(file.toString()), out);
    assertEquals(sample(text), Files.readAllLines(file));
  }

  @Test
  void imagesAreTiledIntoAPicture() throws IOException {
    for (Path run : List.of(vae, gan)) {
      Path file = run.resolve("samples/seed-5.png");
      assertEquals(List.of(file.toString()), sample(run, "--seed", "5", "--count", "4"));
      assertEquals(2 * (2 * 6 + 2) + 2, ImageIO.read(file.toFile()).getWidth());
      Path other = temp.resolve("grid.png");
      sample(run, "--seed", "5", "--count", "4", "--out", other.toString());
      assertEquals(-1, Files.mismatch(file, other), "the same seed draws the same picture");
    }
  }

  @Test
  void badValuesAreOneLine() {
    for (List<String> wrong :
        List.of(
            List.of("--count", "0"),
            List.of("--temperature", "-1"),
            List.of("--temperature", "NaN"),
            List.of("--top-k", "0"),
            List.of("--length", "0"),
            List.of("--out", temp.resolve("no/such/folder/x").toString()))) {
      List<String> call = new ArrayList<>(List.of("sample", text.toString()));
      call.addAll(wrong);
      Result result = Shell.jacquard(call.toArray(String[]::new));
      assertEquals(2, result.exit(), wrong::toString);
      assertEquals(1, result.err().size(), result::toString);
      assertTrue(
          result.err().getFirst().startsWith("jacquard sample: " + wrong.getFirst()),
          result::toString);
      assertEquals(List.of(), result.out(), wrong::toString);
    }
    Result label = Shell.jacquard("sample", text.toString(), "--class", "3");
    assertEquals(
        List.of("jacquard sample: --class is for vae and gan runs, and this is a gpt"),
        label.err());
    for (Path run : List.of(vae, gan)) {
      Result many = Shell.jacquard("sample", run.toString(), "--count", "2147483647");
      assertEquals(
          List.of(
              "jacquard sample: --count is 2147483647, which times 36 pixels is more than"
                  + " 536870911"),
          many.err());
    }
    Result textOption = Shell.jacquard("sample", gan.toString(), "--temperature", "1");
    assertEquals(
        List.of("jacquard sample: --temperature is for gpt runs, and this is a gan"),
        textOption.err());
  }

  private static List<String> sample(Path run, String... options) {
    Result result = Shell.jacquard(Shell.join(List.of("sample", run.toString()), options));
    assertEquals(0, result.exit(), result::toString);
    return result.out();
  }
}
