package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// `g++`, which compiles the text of CUDA kernels for a processor, and commands in a folder.
final class Gpp {
  /// What stands before a kernel that is compiled for a processor.
  static final List<String> HEADERS = List.of("warps.hpp", "warpgroups.hpp");

  private Gpp() {}

  /// Copies these resources into a folder.
  static void copy(Path folder, List<String> names) throws IOException {
    for (String name : names) {
      try (InputStream in = Objects.requireNonNull(Gpp.class.getResourceAsStream(name))) {
        Files.write(folder.resolve(name), in.readAllBytes());
      }
    }
  }

  /// Compiles the file `plans`, which runs the program that its last word numbers. Skips the test,
  /// and says so, where there is no compiler.
  ///
  /// @param programs each in a name space of its own
  /// @param main what runs a program's plans
  static void compile(Path folder, List<String> programs, String main)
      throws IOException, InterruptedException {
    Path source = folder.resolve("plans.cpp");
    copy(folder, HEADERS);
    StringBuilder all = new StringBuilder("#include \"warps.hpp\"\n");
    StringBuilder names = new StringBuilder();
    for (int i = 0; i < programs.size(); i++) {
      String text = programs.get(i).replace("extern \"C\" ", "");
      all.append("namespace p%d {\n%s%s}\n".formatted(i, text, main));
      names.append("p%d::plans,".formatted(i));
    }
    all.append("static void (*const programs[])(FILE*, FILE*) = {%s};\n".formatted(names));
    all.append(
        """
        int main(int count, char** words) {
          FILE* in = fopen(words[1], "rb"), * out = fopen(words[2], "wb");
          backwards = words[3][0] == 'b';
          programs[atoi(words[4])](in, out);
          fclose(out);
        }
        """);
    Files.writeString(source, all);
    String[] command = {
      "g++",
      "-O1",
      "-w",
      "-ffp-contract=off",
      "-fsanitize=alignment", // as a device, which refuses unaligned vectors
      "-fsanitize-undefined-trap-on-error",
      "-o",
      folder.resolve("plans").toString(),
      source.toString()
    };
    Process compiler;
    try {
      compiler = start(folder, "compiler", command);
    } catch (IOException e) {
      System.err.println("SKIPPED: no g++ on the PATH: CUDA kernels are not emulated");
      assumeTrue(false, "no g++ on the PATH");
      throw e;
    }
    assertEquals(0, ended(compiler), () -> log(folder, "compiler"));
  }

  /// Starts a command that prints into a log of this name.
  static Process start(Path folder, String name, String... command) throws IOException {
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(name + ".log").toFile())
        .start();
  }

  /// Waits, and gives the status.
  static int ended(Process process) throws InterruptedException {
    assertTrue(process.waitFor(5, TimeUnit.MINUTES), "still running");
    return process.exitValue();
  }

  /// What a command printed.
  static String log(Path folder, String name) {
    try {
      return Files.readString(folder.resolve(name + ".log"));
    } catch (IOException e) {
      return e.toString();
    }
  }
}
