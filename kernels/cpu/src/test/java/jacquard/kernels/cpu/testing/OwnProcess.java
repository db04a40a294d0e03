package jacquard.kernels.cpu.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/// A test in a process of its own, as users have it: where vectors of several widths have run, as
/// in the other tests, the Vector API's methods have mixed profiles, and C2 may box vectors for
/// ever.
public final class OwnProcess {
  private OwnProcess() {}

  /// Fails with what the program printed if it doesn't exit with 0.
  ///
  /// @param program with a `main` method
  /// @param options of the JVM
  public static void check(Class<?> program, String... options)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("--add-modules", "jdk.incubator.vector"));
    command.addAll(List.of(options));
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertEquals(0, process.waitFor(), said);
  }
}
