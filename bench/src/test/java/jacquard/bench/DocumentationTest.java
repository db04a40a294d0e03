package jacquard.bench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import javax.tools.Diagnostic;
import javax.tools.Diagnostic.Kind;
import javax.tools.DiagnosticCollector;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/// Everything that other packages can see is documented in full: javac's doclint, which is
/// javadoc's, finds nothing in any module.
class DocumentationTest {
  @Test
  void everyModuleIsDocumentedInFull() throws IOException {
    List<Path> sources = new ArrayList<>();
    try (Stream<Path> roots = Files.find(home(), 5, (f, a) -> f.endsWith("src/main/java"))) {
      for (Path root : roots.sorted().toList()) {
        try (Stream<Path> files = Files.walk(root)) {
          files.filter(DocumentationTest::isSource).sorted().forEach(sources::add);
        }
      }
    }
    assertTrue(sources.size() > 600, () -> sources.size() + " files: " + sources);
    assertEquals(List.of(), problems(sources));
  }

  /// Without descriptors of modules all of them can be read at once.
  private static boolean isSource(Path file) {
    return file.toString().endsWith(".java") && !file.endsWith("module-info.java");
  }

  @Test
  void whatIsMissingIsFound() throws IOException {
    Path folder = Files.createTempDirectory("documentation");
    Path file = folder.resolve("Bare.java");
    try {
      Files.writeString(
          file, "/// A class.\npublic class Bare {\n  public int f(int x) { return x; }\n}\n");
      List<String> problems = problems(List.of(file));
      assertTrue(
          problems.stream().anyMatch(p -> p.startsWith("Bare.java:3: no comment")),
          problems::toString);
    } finally {
      Files.delete(file);
      Files.delete(folder);
    }
  }

  private static Path home() {
    Path home = Path.of("").toAbsolutePath();
    while (home != null && !Files.exists(home.resolve("tensor/src/main/java"))) {
      home = home.getParent();
    }
    assertTrue(home != null, "no sources above " + Path.of("").toAbsolutePath());
    return home;
  }

  /// What doclint finds, without generating code.
  private static List<String> problems(List<Path> sources) throws IOException {
    JavaCompiler javac = ToolProvider.getSystemJavaCompiler();
    DiagnosticCollector<JavaFileObject> found = new DiagnosticCollector<>();
    List<String> options =
        List.of(
            "-proc:none",
            "-Xdoclint:all/protected",
            "-Xmaxwarns",
            "1000",
            "-Xlint:-incubating",
            "-XDshould-stop.ifNoError=ATTR",
            "--add-modules",
            "jdk.incubator.vector",
            "-classpath",
            System.getProperty("java.class.path"));
    try (StandardJavaFileManager files =
        javac.getStandardFileManager(found, Locale.ROOT, StandardCharsets.UTF_8)) {
      javac
          .getTask(null, files, found, options, null, files.getJavaFileObjectsFromPaths(sources))
          .call();
    }
    return found.getDiagnostics().stream()
        .filter(d -> d.getKind() == Kind.ERROR || d.getKind() == Kind.WARNING)
        .map(DocumentationTest::line)
        .toList();
  }

  private static String line(Diagnostic<? extends JavaFileObject> d) {
    String file =
        d.getSource() == null ? "" : Path.of(d.getSource().toUri()).getFileName().toString();
    return file + ":" + d.getLineNumber() + ": " + d.getMessage(Locale.ROOT);
  }
}
