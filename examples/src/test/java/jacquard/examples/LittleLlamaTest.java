package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.SharedData;
import jacquard.nn.hub.Pretrained;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LittleLlamaTest {
  @Test
  void learnsWritesAndIsStored(@TempDir Path folder) throws IOException {
    List<String> lines = lines("101", folder.toString());
    assertEquals(3 + 5, lines.size(), lines::toString);
    assertTrue(loss(lines.get(1)) < loss(lines.get(0)) - 1, lines::toString);
    Gpt.Config config = Pretrained.config(folder);
    assertEquals(2, config.kvHeads());
    assertEquals(FeedForward.swiglu(64), config.mlp());
    Shell.Result more = Shell.jacquard("sample", folder.toString(), "--prompt", "Abstract");
    assertEquals(0, more.exit(), more::toString);
    assertTrue(more.out().getFirst().startsWith("Abstract"), more::toString);
  }

  @Test
  void learnsARealTextAndIsMeasuredOnItsEnd(@TempDir Path temp) throws IOException {
    Path text = SharedData.path("tinyshakespeare/input.txt");
    // Of 1.1 million letters the first 100,000, so that it takes less time.
    Path part =
        Files.writeString(temp.resolve("part.txt"), Files.readString(text).substring(0, 100_000));
    Path folder = temp.resolve("llama");
    List<String> lines = lines("60", folder.toString(), part.toString());
    String measured = lines.get(2);
    assertTrue(measured.matches("held out: perplexity [0-9.]+ a letter"), lines::toString);
    double perplexity = Double.parseDouble(measured.replaceAll("[^0-9.]", ""));
    // Of 61 letters; one that knows only how frequent each is has about 28.
    assertTrue(perplexity > 4 && perplexity < 28, lines::toString);
    Shell.Result more = Shell.jacquard("sample", folder.toString(), "--prompt", "First Citizen:");
    assertEquals(0, more.exit(), more::toString);
    assertTrue(more.out().getFirst().startsWith("First Citizen:"), more::toString);
  }

  private static List<String> lines(String... words) {
    PrintStream real = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      LittleLlama.main(words);
    } finally {
      System.setOut(real);
    }
    return out.toString(UTF_8).lines().toList();
  }

  private static double loss(String line) {
    return Double.parseDouble(line.replaceAll(".*: ([0-9.]+) nats.*", "$1"));
  }
}
