package jacquard.bench.figures;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.bench.Shell;
import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FiguresTest {
  private static final String WHOLE =
      "{\"peer\": \"a\", \"workload\": \"W1\", \"threads\": 2, \"ms_per_step\": 3}\n";

  @TempDir Path temp;

  private final List<String> remarks = new ArrayList<>();

  private List<Figure> read(Path file) throws FormatException {
    return Figures.read("test", file, remarks::add);
  }

  @Test
  void aLineCutInTheMiddleIsPassedOverAndNamed() throws IOException {
    Path file = temp.resolve("cut.jsonl");
    String cut = "{\"peer\": \"a\", \"workload\": \"W2\", \"ms_per";
    Files.writeString(file, WHOLE + cut + "\n" + WHOLE + cut);
    assertEquals(List.of("W1", "W1"), read(file).stream().map(Figure::workload).toList());
    assertEquals(2, remarks.size(), remarks::toString);
    String start = "test: " + file + ":4: passed over, no whole JSON: ";
    assertTrue(remarks.getLast().startsWith(start), remarks::toString);
    for (String command : List.of("targets", "ratio")) {
      Shell.Result result = Shell.bench(command, file.toString(), file.toString());
      assertEquals(0, result.exit(), result::toString);
      assertEquals(4, result.err().size(), result::toString);
      assertTrue(result.err().getFirst().startsWith(command + ": " + file + ":2"));
    }
  }

  @Test
  void whatIsNoFigureIsPassedOverInSilence() throws IOException {
    Path file = temp.resolve("log");
    String words = "a tool's words\n{\"peer\": \"a\", \"peak_rss_mb\": 463}\n";
    String superseded = WHOLE.replace("}", ", \"superseded\": \"by a longer run\"}");
    byte[] text = ("\u00e4 " + words + "  " + WHOLE + superseded).getBytes(UTF_8);
    text[0] = (byte) 0xff; // no UTF-8
    Files.write(file, text);
    assertEquals(List.of(new Figure("a", "W1", 2, 3, Double.NaN, Double.NaN)), read(file));
    assertEquals(List.of(), remarks);
  }

  @Test
  void aMissingFileIsOneLine() {
    Path file = temp.resolve("none.jsonl");
    for (String command : List.of("targets", "ratio")) {
      Shell.Result result = Shell.bench(command, file.toString(), file.toString());
      assertEquals(2, result.exit(), result::toString);
      String told = command + ": " + file + ": no such file or folder";
      assertTrue(result.err().getFirst().endsWith(told), result::toString);
      assertEquals(1, result.err().size(), result::toString);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"workload\": \"W1\"}",
        "{\"peer\": \"a\", \"workload\": 1}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"threads\": 1.5}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"ms_per_step\": 0}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"ms_per_step\": \"1\"}",
        "{\"peer\": \"a\", \"workload\": \"W1\", \"gflops\": -1}"
      })
  void aWrongFieldIsAnErrorWithItsPlace(String text) throws IOException {
    Path file = Files.writeString(temp.resolve("bad.jsonl"), WHOLE + text);
    FormatException e = assertThrows(FormatException.class, () -> read(file));
    assertTrue(e.getMessage().startsWith("test: " + file + ":2: "), e::getMessage);
  }
}
