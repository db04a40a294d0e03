package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.tensor.Ints;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The compiler as a program, which is slow to begin.
///
/// @param program the file
/// @param version what it says of itself
/// @param known compute capabilities that it compiles for; empty if it doesn't tell
record Nvcc(Path program, String version, Ints known) implements CudaCompiler {
  private static final Map<Path, Nvcc> FOUND = new ConcurrentHashMap<>();

  /// The first `nvcc` on the PATH; null if there is none.
  static @Nullable Nvcc find() {
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder).resolve("nvcc");
      if (Files.isExecutable(program)) {
        return FOUND.computeIfAbsent(program, p -> new Nvcc(p, version(p), known(p)));
      }
    }
    return null;
  }

  private static String version(Path program) {
    List<String> lines = lines(program, "--version");
    return lines.isEmpty() ? "?" : lines.getLast();
  }

  /// From lines like `compute_80`, which `nvcc` writes since 11.1.
  private static Ints known(Path program) {
    return Ints.of(
        lines(program, "--list-gpu-arch").stream()
            .filter(line -> line.matches("compute_\\d+"))
            .mapToInt(line -> Integer.parseInt(line.substring("compute_".length())))
            .toArray());
  }

  private static List<String> lines(Path program, String question) {
    try {
      Ended ended = run(List.of(program.toString(), question));
      return ended.status == 0 ? ended.output.lines().toList() : List.of();
    } catch (IOException e) {
      return List.of();
    }
  }

  @Override
  public String name() {
    return "nvcc " + version;
  }

  @Override
  public byte[] compile(String text, Architecture architecture) throws Refused {
    return compile(text, architecture, List.of()).code;
  }

  /// A cubin or PTX, and what the compiler said.
  static final class Result {
    final byte[] code;
    final String log;

    Result(byte[] code, String log) {
      this.code = code;
      this.log = log;
    }
  }

  /// @param options more of them
  Result compile(String text, Architecture architecture, List<String> options) throws Refused {
    Order order = order(architecture, known.toArray());
    try {
      Path folder = Files.createTempDirectory("jacquard-nvcc");
      Path source = folder.resolve("kernel.cu");
      Path code = folder.resolve("kernel.code");
      try {
        Files.writeString(source, text);
        List<String> command = new ArrayList<>(List.of(program.toString(), "-w", NO_FUSING));
        command.addAll(List.of(order.cubin() ? "-cubin" : "-ptx", "-arch=" + order.architecture()));
        command.addAll(options);
        command.addAll(List.of("-o", code.toString(), source.toString()));
        Ended ended = run(command);
        if (ended.status != 0) {
          throw new Refused(ended.output);
        }
        return new Result(Files.readAllBytes(code), ended.output);
      } finally {
        Files.deleteIfExists(source);
        Files.deleteIfExists(code);
        Files.deleteIfExists(folder);
      }
    } catch (IOException e) {
      throw new Refused(program + " can't be run: " + e.getMessage());
    }
  }

  private record Ended(int status, String output) {}

  private static Ended run(List<String> command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), UTF_8);
    try {
      return new Ended(process.waitFor(), output);
    } catch (InterruptedException e) {
      process.destroy();
      Thread.currentThread().interrupt();
      throw new IOException("interrupted");
    }
  }
}
