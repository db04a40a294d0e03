package jacquard.kernels.cuda;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// A process in which jcuda finds `driver.cpp` in the place of `libcuda.so.1`, and the compiler is
/// `g++` by the name of `nvcc`, or by `nvrtc.cpp` in the place of NVRTC.
///
/// @param folder with the libraries and the compiler
final class FakeCuda {
  private static final String COMPILER =
      """
      #!/bin/sh
      [ "$1" = --version ] && { echo "g++ for a processor"; exit 0; }
      [ "$1" = --list-gpu-arch ] && { printf 'compute_75\\ncompute_80\\ncompute_90\\n'; exit 0; }
      echo "$*" >>"$(dirname "$0")/orders"
      while [ $# -gt 0 ]; do
        case $1 in -o) out=$2; shift ;; *.cu) source=$1 ;; esac
        shift
      done
      here=$(dirname "$0")
      object=$(mktemp "$here/moduleXXXXXX")
      awk '/^FN /{inside=1; text=""}
        inside {text=text $0 "\\n"; if (/^}/ || /^FN .*}$/) {if (text !~ /asm|__shared__|__cvta|round_tf32|store_two/) printf "%s", text; inside=0}; next}
        {print}' "$source" >"$object.cu"
      cxx="g++ -O1 -w -ffp-contract=off -fPIC"
      [ -e "$here/module.hpp.gch" ] || $cxx -x c++-header "$here/module.hpp" >&2 || exit 1
      $cxx -shared -include "$here/module.hpp" -x c++ -o "$object" "$object.cu" >&2 || exit 1
      printf 'SO %s\\0' "$object" >"$out"
      """;

  private final Path folder;

  /// Builds the libraries; skips the test, and says so, where there is no `g++`.
  FakeCuda(Path folder) throws IOException, InterruptedException {
    this.folder = folder;
    Gpp.copy(folder, Gpp.HEADERS);
    Gpp.copy(folder, List.of("driver.cpp", "nvrtc.cpp", "module.hpp"));
    Path compiler = Files.writeString(folder.resolve("nvcc"), COMPILER);
    assertEquals(true, compiler.toFile().setExecutable(true));
    library("libcuda.so.1", "driver.cpp");
  }

  private Path library(String name, String source, String... options)
      throws IOException, InterruptedException {
    Path file = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("g++", "-O1", "-w", "-shared", "-fPIC"));
    command.addAll(List.of(options));
    command.addAll(List.of("-o", file.toString(), folder.resolve(source).toString()));
    try {
      assertEquals(0, new ProcessBuilder(command).inheritIO().start().waitFor());
    } catch (IOException e) {
      System.err.println("SKIPPED: no g++ on the PATH: CUDA's driver is not emulated");
      assumeTrue(false, "no g++ on the PATH");
      throw e;
    }
    return file;
  }

  /// A library by which kernels are compiled.
  ///
  /// @param options of `g++`: with `-DOLD` it lacks what came with CUDA 11.1
  Path nvrtc(String... options) throws IOException, InterruptedException {
    return library("libnvrtc-of-a-test.so", "nvrtc.cpp", options);
  }

  /// Runs a program to its end.
  ///
  /// @param program a class with `main`
  /// @param argument its only one
  /// @param properties of its JVM
  /// @param environment variables beside those that lead to the libraries
  /// @return what it prints
  String run(
      Class<?> program,
      String argument,
      Map<String, String> properties,
      Map<String, String> environment)
      throws IOException, InterruptedException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("--add-modules=jdk.incubator.vector");
    command.add("-Djacquard.cacheDir=" + folder.resolve("cache"));
    properties.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(program.getName(), argument));
    ProcessBuilder java = new ProcessBuilder(command);
    java.environment().merge("PATH", folder.toString(), (path, own) -> own + ":" + path);
    java.environment().put("LD_LIBRARY_PATH", folder.toString());
    java.environment().put("LOST", lost().toString());
    java.environment().putAll(environment);
    Process process = java.redirectError(folder.resolve("errors").toFile()).start();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertEquals(0, process.waitFor(), () -> said + errors());
    return said;
  }

  /// A file that makes every call of the driver fail, if it is there.
  private Path lost() {
    return folder.resolve("lost");
  }

  /// Makes the driver work again.
  void find() throws IOException {
    Files.delete(lost());
  }

  /// What the last program wrote to its standard error, with what the driver writes there.
  String errors() {
    return read("errors");
  }

  /// The compiler's arguments, a line for each time that it was called since the last one asked.
  List<String> orders() throws IOException {
    String orders = read("orders");
    Files.deleteIfExists(folder.resolve("orders"));
    return orders.lines().toList();
  }

  private String read(String name) {
    try {
      Path file = folder.resolve(name);
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }
}
