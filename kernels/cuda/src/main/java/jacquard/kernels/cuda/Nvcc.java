package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// The compiler as a program: a second for each text, where NVRTC needs a few hundredths.
///
/// @param program the file
/// @param version what it says of itself
record Nvcc(Path program, String version) implements CudaCompiler {
  private static final Map<Path, Nvcc> FOUND = new ConcurrentHashMap<>();

  /// The first `nvcc` on the PATH; null if there is none.
  static @Nullable Nvcc find() {
    String path = System.getenv("PATH");
    for (String folder : (path == null ? "" : path).split(File.pathSeparator)) {
      Path program = Path.of(folder.isEmpty() ? "." : folder).resolve("nvcc");
      if (Files.isExecutable(program)) {
        return FOUND.computeIfAbsent(program, p -> new Nvcc(p, version(p)));
      }
    }
    return null;
  }

  private static String version(Path program) {
    try {
      List<String> lines = run(List.of(program.toString(), "--version")).output.lines().toList();
      return lines.isEmpty() ? "?" : lines.getLast();
    } catch (IOException e) {
      return "?";
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

  /// A cubin, and what the compiler said.
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
    try {
      Path folder = Files.createTempDirectory("jacquard-nvcc");
      Path source = folder.resolve("kernel.cu");
      Path code = folder.resolve("kernel.cubin");
      try {
        Files.writeString(source, text);
        List<String> command = new ArrayList<>(List.of(program.toString(), "-cubin", "-w"));
        command.addAll(List.of("-arch=" + architecture, NO_FUSING));
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
