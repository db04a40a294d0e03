package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  private static final Pattern LINK = Pattern.compile("(?:\\]\\(|src=\")([^)\"#\\s]+)");

  /// `mul of norm, LayerNorm.forward(LayerNorm.java:48)`.
  private static final Pattern PLACE =
      Pattern.compile("(\\w+) of [\\w.]+, [\\w.]+\\((\\w+\\.java):(\\d+)\\)");

  private static List<Path> documents() throws IOException {
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
    return documents;
  }

  @Test
  void linksLeadToFiles() throws IOException {
    Path home = Documents.home();
    int links = 0;
    List<String> lost = new ArrayList<>();
    for (Path document : documents()) {
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

  @Test
  void linesThatAreQuotedStillCallTheirOperation() throws IOException {
    Map<String, Path> sources = new HashMap<>();
    for (String module : List.of("tensor", "autograd", "kernels", "nn", "examples")) {
      try (Stream<Path> files = Files.walk(Documents.home().resolve(module))) {
        files
            .filter(file -> file.toString().endsWith(".java"))
            .forEach(file -> sources.put(file.getFileName().toString(), file));
      }
    }
    int quoted = 0;
    for (Path document : documents()) {
      Matcher m = PLACE.matcher(Files.readString(document));
      while (m.find()) {
        quoted++;
        Path source = sources.get(m.group(2));
        assertNotNull(source, m.group());
        String line = Files.readAllLines(source).get(Integer.parseInt(m.group(3)) - 1);
        assertTrue(line.contains("." + m.group(1) + "("), m.group() + ", which is now: " + line);
      }
    }
    assertTrue(quoted > 0, "none is found");
  }
}
