package jacquard.kernels.opencl;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/// Code between OpenCL's loader and its driver, for processes of tests.
final class Layer {
  private final Path folder;
  private final Path library;

  /// Compiles it; skips the test, and says so, where there is no `g++`.
  ///
  /// @param source a resource
  Layer(Path folder, String source) throws IOException, InterruptedException {
    this.folder = folder;
    Path text = folder.resolve(source);
    try (InputStream in = Layer.class.getResourceAsStream(source)) {
      Files.copy(Objects.requireNonNull(in), text);
    }
    library = folder.resolve("layer.so");
    try {
      ProcessBuilder compiler =
          new ProcessBuilder(
              "g++", "-O1", "-w", "-shared", "-fPIC", "-o", library.toString(), text.toString());
      assertEquals(0, compiler.inheritIO().start().waitFor());
    } catch (IOException e) {
      System.err.println("SKIPPED: no g++ on the PATH: calls of OpenCL's driver are not changed");
      assumeTrue(false, "no g++ on the PATH");
    }
  }

  /// Runs a program to its end.
  ///
  /// @param program a class with `main`
  /// @param environment variables of the process beside the one that leads to the layer
  /// @return what it prints
  String run(Class<?> program, List<String> arguments, Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Djacquard.cacheDir=" + folder);
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), program.getName()));
    command.addAll(arguments);
    ProcessBuilder java = new ProcessBuilder(command);
    java.environment().put("OPENCL_LAYERS", library.toString());
    java.environment().putAll(environment);
    Process process = java.redirectError(folder.resolve("errors").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), () -> said + errors());
    return said;
  }

  /// What the last program wrote to its standard error, with what the layer writes there.
  String errors() {
    try {
      return Files.readString(folder.resolve("errors"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
