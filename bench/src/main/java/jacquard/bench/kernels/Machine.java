package jacquard.bench.kernels;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a report says of where it was made.
final class Machine {
  private Machine() {}

  /// `Intel(R) Xeon(R) Processor, 2 processors, Java 25.0.3+9-LTS, Linux`.
  static String text() {
    return processor()
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " usable, Java "
        + Runtime.version()
        + ", "
        + System.getProperty("os.name");
  }

  private static String processor() {
    try {
      return Files.readString(Path.of("/proc/cpuinfo"))
          .lines()
          .filter(line -> line.startsWith("model name"))
          .map(line -> line.substring(line.indexOf(':') + 1).strip())
          .findFirst()
          .orElse(System.getProperty("os.arch"));
    } catch (IOException e) {
      return System.getProperty("os.arch");
    }
  }
}
