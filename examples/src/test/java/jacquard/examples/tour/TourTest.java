package jacquard.examples.tour;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Documents;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Each chapter of `docs/tour`, and the page before them, quotes its program: its output behind
/// `<!-- output: SECTION -->`, its source in `java` blocks. `-Djacquard.golden=write` writes new
/// output into the documents, for review.
class TourTest {
  private static final Pattern QUOTED =
      Pattern.compile("<!-- output: ([^\n]+) -->\n```text\n(.*?)```", Pattern.DOTALL);
  private static final Pattern SOURCE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);
  private static final Pattern LINK = Pattern.compile("\\]\\(([^)#]+\\.java)\\)");
  private static final Path TOUR = Documents.home().resolve("docs/tour");

  /// A document and its program.
  ///
  /// @param apart a program whose figures depend on the vector width, to be run in a process of its
  ///   own where that is 16 bytes; null for one that is run here
  record Chapter(String document, Consumer<String[]> program, @Nullable Class<?> apart) {
    Chapter(String document, Consumer<String[]> program) {
      this(document, program, null);
    }

    String printed() throws IOException {
      return apart == null
          ? Documents.printed(() -> program.accept(new String[0]))
          : Documents.printed(apart, "-XX:MaxVectorSize=16");
    }

    @Override
    public String toString() {
      return document;
    }
  }

  static List<Chapter> chapters() {
    return List.of(
        new Chapter("01-graph.md", Graphs::main),
        new Chapter("02-gradient.md", GradientGraphs::main),
        new Chapter("03-fusion.md", Fusing::main),
        new Chapter("04-memory-plan.md", MemoryPlanning::main),
        new Chapter("05-code-generation.md", Code::main),
        new Chapter("06-gemm.md", Products::main),
        new Chapter("07-attention.md", OnlineSoftmax::main),
        new Chapter("08-gpus.md", Devices::main),
        new Chapter("../how-it-works.md", SideBySide::main),
        new Chapter("09-running.md", Running::main),
        new Chapter("10-gpt-by-hand.md", GptByHand::main, GptByHand.class),
        new Chapter("11-vae-by-hand.md", VaeByHand::main, VaeByHand.class),
        new Chapter("12-gan-by-hand.md", GanByHand::main, GanByHand.class));
  }

  @ParameterizedTest
  @MethodSource("chapters")
  void chapterQuotesWhatItsProgramPrints(Chapter chapter) throws IOException {
    Path file = TOUR.resolve(chapter.document);
    String document = Files.readString(file);
    Map<String, String> printed = sections(chapter.printed());
    if ("write".equals(System.getProperty("jacquard.golden"))) {
      document = QUOTED.matcher(document).replaceAll(old -> quotedAnew(old, printed));
      Files.writeString(file, document);
    }
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

  @ParameterizedTest
  @MethodSource("chapters")
  void chapterQuotesTheSourceThatItLinks(Chapter chapter) throws IOException {
    Path file = TOUR.resolve(chapter.document);
    String document = Files.readString(file);
    Set<String> lines = new HashSet<>();
    Matcher links = LINK.matcher(document);
    while (links.find()) {
      Files.readString(file.resolveSibling(links.group(1)))
          .lines()
          .map(String::strip)
          .forEach(lines::add);
    }
    Matcher blocks = SOURCE.matcher(document);
    while (blocks.find()) {
      for (String line : blocks.group(1).lines().map(String::strip).toList()) {
        assertTrue(lines.contains(line), "in no file that the chapter links: " + line);
      }
    }
  }

  @Test
  void everyChapterHasAProgram() throws IOException {
    try (Stream<Path> files = Files.list(TOUR)) {
      assertEquals(
          chapters().stream().map(Chapter::document).filter(d -> !d.startsWith("..")).toList(),
          files.map(f -> f.getFileName().toString()).sorted().toList());
    }
  }

  /// Programs to learn from are read in one sitting.
  @Test
  void examplesHaveAtMost150Lines() throws IOException {
    Path sources = Documents.home().resolve("examples/src/main/java/jacquard/examples");
    Set<Path> programs = new HashSet<>();
    Matcher links = LINK.matcher(Files.readString(Documents.home().resolve("examples/README.md")));
    while (links.find()) {
      programs.add(Documents.home().resolve("examples").resolve(links.group(1)).normalize());
    }
    try (Stream<Path> files = Files.list(sources.resolve("tour"))) {
      files.forEach(programs::add);
    }
    assertTrue(programs.size() > 10, programs::toString);
    for (Path program : programs) {
      int lines = Files.readAllLines(program).size();
      assertTrue(lines <= 150, program.getFileName() + " has " + lines + " lines");
    }
  }

  /// A quotation with the section's present output; as it was if only times or sizes differ.
  private static String quotedAnew(MatchResult old, Map<String, String> printed) {
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
    for (String part : output.split("(?m)^== ")) {
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
}
