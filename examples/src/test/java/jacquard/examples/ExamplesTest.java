package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.data.DigitSets;
import jacquard.nn.SharedData;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples, for a few steps.
class ExamplesTest {
  @Test
  void theVaeLearns() {
    VaeExample vae = new VaeExample(DigitSets.drawn());
    double first = vae.step(0);
    double last = 0;
    for (int step = 1; step < 25; step++) {
      last = vae.step(step);
    }
    // Before it has learned, every pixel costs a bit.
    assertEquals(784 * Math.log(2), first, 40);
    assertTrue(last < 0.7 * first, first + " to " + last);
    assertEquals(15 * 15 * 784, vae.plane().length);
  }

  @Test
  void theGansDiscriminatorLearnsFirst() {
    GanExample gan = new GanExample(DigitSets.drawn());
    double first = gan.step(0)[0];
    double last = 0;
    for (int step = 1; step < 25; step++) {
      last = gan.step(step)[0];
    }
    assertEquals(2, first, 0.4, "it can't tell yet");
    assertTrue(last < first - 0.3, first + " to " + last);
    for (float value : gan.draw(3)) {
      assertTrue(value >= 0 && value <= 1);
    }
  }

  @Test
  void theVaeIsMeasuredOnMnistsTestImages(@TempDir Path temp) {
    Path picture = temp.resolve("plane.png");
    List<String> lines =
        lines(VaeExample::main, "40", SharedData.path("mnist").toString(), picture.toString());
    double[] figure = figures(lines, "test images: negative ELBO ([0-9.]+) nats");
    // Before it learns 543, after 10 epochs of the two-dimensional one about 150.
    assertTrue(figure[0] > 150 && figure[0] < 400, lines::toString);
    assertTrue(Files.exists(picture));
  }

  @Test
  void theGansClassesAreCountedByAReaderOfMnist(@TempDir Path temp) {
    Path picture = temp.resolve("drawn.png");
    List<String> lines =
        lines(GanExample::main, "3", SharedData.path("mnist").toString(), picture.toString());
    double[] figures =
        figures(
            lines,
            "1,000 drawn: ([0-9]+) classes, entropy ([0-9.]+) of 2.30 nats, .* ([0-9.]+) % .*");
    assertTrue(figures[0] >= 1 && figures[0] <= 10, lines::toString);
    assertTrue(figures[1] <= Math.log(figures[0]) + 0.005, lines::toString);
    assertTrue(figures[2] > 85 && figures[2] < 100, lines::toString);
    assertTrue(Files.exists(picture));
  }

  private interface Program {
    void main(String[] args);
  }

  private static List<String> lines(Program program, String... words) {
    PrintStream real = System.out;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    System.setOut(new PrintStream(out, true, UTF_8));
    try {
      program.main(words);
    } finally {
      System.setOut(real);
    }
    return out.toString(UTF_8).lines().toList();
  }

  /// The numbers of the one line of this form.
  private static double[] figures(List<String> lines, String form) {
    List<String> found = lines.stream().filter(line -> line.matches(form)).toList();
    assertEquals(1, found.size(), lines::toString);
    Matcher matcher = Pattern.compile(form).matcher(found.getFirst());
    assertTrue(matcher.matches());
    double[] figures = new double[matcher.groupCount()];
    for (int i = 0; i < figures.length; i++) {
      figures[i] = Double.parseDouble(matcher.group(i + 1));
    }
    return figures;
  }
}
