package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// README's example is [HelloTensor], and prints what README says.
class HelloTensorTest {
  private static Path home = Path.of("");
  private static String readme = "";

  @BeforeAll
  static void readTheReadme() throws IOException {
    home = Path.of("").toAbsolutePath();
    while (home != null && !Files.exists(home.resolve("docs/how-it-works.md"))) {
      home = home.getParent();
    }
    assertTrue(home != null, "README.md is above no folder of " + Path.of("").toAbsolutePath());
    readme = Files.readString(home.resolve("README.md"));
  }

  private static List<String> block(String language) {
    Matcher m = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(m.find(), "README.md has no " + language + " block");
    return m.group(1).lines().toList();
  }

  @Test
  void readmeShowsTheSource() throws IOException {
    List<String> source =
        Files.readString(home.resolve("examples/src/main/java/jacquard/examples/HelloTensor.java"))
            .lines()
            .map(String::strip)
            .toList();
    List<String> shown = block("java").stream().map(String::strip).toList();
    int start = source.indexOf(shown.get(0));
    assertTrue(start >= 0, shown.get(0));
    assertEquals(shown, source.subList(start, start + shown.size()));
  }

  @Test
  void readmeShowsTheOutput() {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      HelloTensor.main(new String[0]);
    } finally {
      System.setOut(before);
    }
    assertEquals(block("text"), bytes.toString(StandardCharsets.UTF_8).lines().toList());
  }
}
