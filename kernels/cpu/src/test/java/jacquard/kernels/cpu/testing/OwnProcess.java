package jacquard.kernels.cpu.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/// A test in a process of its own, as users have it: where vectors of several widths have run, as
/// in the other tests, the Vector API's methods have mixed profiles, and C2 may box vectors for
/// ever.
public final class OwnProcess {
  private OwnProcess() {}

  /// Fails with what the program printed if it doesn't exit with 0.
  ///
  /// @param program with a `main` method
  public static void check(Class<?> program) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "--add-modules",
                "jdk.incubator.vector",
                "-cp",
                System.getProperty("java.class.path"),
                program.getName())
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
