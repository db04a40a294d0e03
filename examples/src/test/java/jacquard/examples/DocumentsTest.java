package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)\"#\\s]+)");

  @Test
  void linksLeadToFiles() throws IOException {
    Path home = Documents.home();
    List<Path> documents =
        new ArrayList<>(
            List.of(
                home.resolve("README.md"),
                home.resolve("CONTRIBUTING.md"),
                home.resolve("examples/README.md")));
    try (Stream<Path> files = Files.walk(home.resolve("docs"))) {
      files.filter(f -> f.toString().endsWith(".md")).forEach(documents::add);
    }
    int links = 0;
    List<String> lost = new ArrayList<>();
    for (Path document : documents) {
      Matcher m = LINK.matcher(Files.readString(document).replaceAll("(?s)```.*?```", ""));
      while (m.find()) {
        if (!m.group(1).startsWith("http")) {
          links++;
          if (!Files.exists(document.resolveSibling(m.group(1)))) {
            lost.add(home.relativize(document) + ": " + m.group(1));
          }
        }
      }
    }
    assertTrue(links > 100, links + " links");
    assertEquals(List.of(), lost);
  }
}
