package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// README's example is [HelloTensor], and prints what README says.
class HelloTensorTest {
  private static final Path HOME = Documents.home();
  private static String readme = "";

  @BeforeAll
  static void readTheReadme() throws IOException {
    readme = Files.readString(HOME.resolve("README.md"));
  }

  private static List<String> block(String language) {
    Matcher m = Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL).matcher(readme);
    assertTrue(m.find(), "README.md has no " + language + " block");
    return m.group(1).lines().toList();
  }

  @Test
  void readmeShowsTheSource() throws IOException {
    List<String> source =
        Files.readString(HOME.resolve("examples/src/main/java/jacquard/examples/HelloTensor.java"))
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
    String printed = Documents.printed(() -> HelloTensor.main(new String[0]));
    assertEquals(block("text"), printed.lines().toList());
  }
}
