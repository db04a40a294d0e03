package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/// Where the documents are, and what programs print that they quote.
public final class Documents {
  private Documents() {}

  /// The checkout, above the module that is tested.
  public static Path home() {
    Path home = Path.of("").toAbsolutePath();
    while (home != null && !Files.exists(home.resolve("docs/how-it-works.md"))) {
      home = home.getParent();
    }
    assertTrue(
        home != null, "docs/how-it-works.md is above no folder of " + Path.of("").toAbsolutePath());
    return home;
  }

  /// What a program writes to the standard output.
  public static String printed(Runnable program) {
    PrintStream before = System.out;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    System.setOut(new PrintStream(bytes, true, StandardCharsets.UTF_8));
    try {
      program.run();
    } finally {
      System.setOut(before);
    }
    return bytes.toString(StandardCharsets.UTF_8).replace("\r\n", "\n");
  }

  /// What a program writes to the standard output of a process of its own.
  ///
  /// @param option of `java`
  public static String printed(Class<?> program, String option) throws IOException {
    Path errors = Files.createTempFile("stderr", "");
    try {
      Process process =
          new ProcessBuilder(
                  Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                  "--add-modules",
                  "jdk.incubator.vector",
                  option,
                  "-cp",
                  System.getProperty("java.class.path"),
                  program.getName())
              .redirectError(errors.toFile())
              .start();
      String printed = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(0, process.onExit().join().exitValue(), Files.readString(errors));
      return printed.replace("\r\n", "\n");
    } finally {
      Files.deleteIfExists(errors);
    }
  }
}
