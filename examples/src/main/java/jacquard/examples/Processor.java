package jacquard.examples;

import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/// What the operating system says of the processor; empty where it says nothing.
///
/// @param model its name
/// @param features of its instruction set, those that matter to kernels
record Processor(String model, List<String> features) {
  private static final List<String> RELEVANT =
      List.of(
          "sse4_2",
          "f16c",
          "fma",
          "avx",
          "avx2",
          "avx_vnni",
          "avx512f",
          "avx512bw",
          "avx512vl",
          "avx512_vnni",
          "avx512_bf16",
          "avx512_fp16",
          "amx_tile",
          "amx_bf16",
          "amx_int8",
          "asimd",
          "asimdhp",
          "asimddp",
          "sve",
          "sve2",
          "bf16",
          "i8mm",
          "sme");

  Processor {
    features = List.copyOf(features);
  }

  static Processor read() {
    String system = System.getProperty("os.name", "").toLowerCase(Locale.ROOT);
    try {
      if (system.contains("linux")) {
        return linux(Files.readString(Path.of("/proc/cpuinfo")));
      }
      if (system.contains("mac")) {
        return new Processor(output("sysctl", "-n", "machdep.cpu.brand_string"), List.of());
      }
    } catch (IOException e) {
      return new Processor("", List.of());
    }
    String windows = System.getenv("PROCESSOR_IDENTIFIER");
    return new Processor(windows == null ? "" : windows, List.of());
  }

  /// The first processor in the text of `/proc/cpuinfo`. ARM's has numbers instead of a name.
  static Processor linux(String cpuinfo) {
    Map<String, String> fields = new LinkedHashMap<>();
    cpuinfo
        .lines()
        .forEach(line -> {
          int colon = line.indexOf(':');
          if (colon > 0) {
            fields.putIfAbsent(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
          }
        });
    String arm =
        fields.containsKey("CPU part")
            ? "implementer "
                + fields.getOrDefault("CPU implementer", "?")
                + " part "
                + fields.get("CPU part")
            : "";
    String flags = fields.getOrDefault("flags", fields.getOrDefault("Features", ""));
    List<String> all = Arrays.asList(flags.split(" "));
    return new Processor(
        fields.getOrDefault("model name", arm), RELEVANT.stream().filter(all::contains).toList());
  }

  private static String output(String... command) throws IOException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    try {
      if (!process.waitFor(2, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        return "";
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
    byte[] text = process.getInputStream().readAllBytes();
    return process.exitValue() == 0 ? new String(text, Charset.defaultCharset()).strip() : "";
  }

  /// `AMD EPYC: fma, avx, avx2`.
  @Override
  public String toString() {
    String name = model.isEmpty() ? "of unknown model" : model;
    return features.isEmpty() ? name : name + ": " + String.join(", ", features);
  }
}
