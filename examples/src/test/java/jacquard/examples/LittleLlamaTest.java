package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.FeedForward;
import jacquard.nn.Gpt;
import jacquard.nn.hub.Pretrained;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LittleLlamaTest {
  @Test
  void learnsWritesAndIsStored(@TempDir Path folder) throws IOException {
    PrintStream real = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      LittleLlama.main(new String[] {"101", folder.toString()});
    } finally {
      System.setOut(real);
    }
    List<String> lines = out.toString(UTF_8).lines().toList();
    assertEquals(2 + 5, lines.size(), lines::toString);
    assertTrue(loss(lines.get(1)) < loss(lines.get(0)) - 1, lines::toString);
    Gpt.Config config = Pretrained.config(folder);
    assertEquals(2, config.kvHeads());
    assertEquals(FeedForward.swiglu(64), config.mlp());
  }

  private static double loss(String line) {
    return Double.parseDouble(line.replaceAll(".*: ([0-9.]+) nats.*", "$1"));
  }
}
