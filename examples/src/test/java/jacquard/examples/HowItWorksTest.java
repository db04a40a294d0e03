package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/// `docs/how-it-works.md` quotes the program [HowItWorks]: its output behind `<!-- output: SECTION
/// -->`, its source in `java` blocks. `-Djacquard.golden=write` writes new output into the
/// document, for review.
class HowItWorksTest {
  private static final Pattern QUOTED =
      Pattern.compile("<!-- output: ([^\n]+) -->\n```text\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SOURCE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

  private static String document = "";
  private static String source = "";
  private static Map<String, String> printed = Map.of();

  @BeforeAll
  static void runTheProgram() throws IOException {
    Path home = Path.of("").toAbsolutePath();
    while (home != null && !Files.exists(home.resolve("docs/how-it-works.md"))) {
      home = home.getParent();
    }
    assertTrue(
        home != null, "docs/how-it-works.md is above no folder of " + Path.of("").toAbsolutePath());
    Path documentFile = home.resolve("docs/how-it-works.md");
    document = Files.readString(documentFile);
    source =
        Files.readString(home.resolve("examples/src/main/java/jacquard/examples/HowItWorks.java"));
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    HowItWorks.print(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    printed = sections(bytes.toString(StandardCharsets.UTF_8));
    if ("write".equals(System.getProperty("jacquard.golden"))) {
      document = QUOTED.matcher(document).replaceAll(HowItWorksTest::quotedAnew);
      Files.writeString(documentFile, document);
    }
  }

  /// A quotation with the section's present output; as it was if only times or sizes differ.
  private static String quotedAnew(MatchResult old) {
    String section = old.group(1);
    String now = printed.getOrDefault(section, "");
    boolean same = stable(section, now).equals(stable(section, old.group(2)));
    return Matcher.quoteReplacement(
        same
            ? old.group()
            : "<!-- output: %s -->\n```text\n%s\n```".formatted(section, now.stripTrailing()));
  }

  private static Map<String, String> sections(String output) {
    Map<String, String> sections = new LinkedHashMap<>();
    for (String part : output.replace("\r\n", "\n").split("(?m)^== ")) {
      int end = part.indexOf('\n');
      if (end > 0) {
        sections.put(part.substring(0, end), part.substring(end + 1));
      }
    }
    return sections;
  }

  /// Times and the size of code vary from machine to machine, the order of the profile's tasks with
  /// the times.
  private static List<String> stable(String section, String text) {
    String fixed =
        text.replaceAll(" *\\d+\\.\\d us", " T us")
            .replaceAll(" *\\d+\\.\\d %", " P %")
            .replaceAll("\\d+ bytes of bytecode", "N bytes of bytecode");
    List<String> lines =
        fixed.lines().map(String::stripTrailing).filter(l -> !l.isEmpty()).toList();
    return section.equals("jacquard.debug=2") ? lines.stream().sorted().toList() : lines;
  }

  @Test
  void documentQuotesWhatTheProgramPrints() {
    Map<String, String> quoted = new LinkedHashMap<>();
    Matcher m = QUOTED.matcher(document);
    while (m.find()) {
      quoted.put(m.group(1), m.group(2));
    }
    assertEquals(List.copyOf(printed.keySet()), List.copyOf(quoted.keySet()));
    printed.forEach((section, text) ->
        assertEquals(
            String.join("\n", stable(section, text)),
            String.join("\n", stable(section, quoted.getOrDefault(section, ""))),
            section));
  }

  @Test
  void documentQuotesTheProgramsSource() {
    Matcher m = SOURCE.matcher(document);
    List<String> lines = source.lines().map(String::strip).toList();
    int blocks = 0;
    while (m.find()) {
      blocks++;
      m.group(1)
          .lines()
          .map(String::strip)
          .forEach(line -> assertTrue(lines.contains(line), "not in HowItWorks.java: " + line));
    }
    assertTrue(blocks > 0, "the document has no java blocks");
  }
}
