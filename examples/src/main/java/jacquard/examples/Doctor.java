package jacquard.examples;

import com.sun.management.OperatingSystemMXBean;
import jacquard.examples.cli.Version;
import jacquard.examples.view.Text;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Switches;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.BackendProvider;
import jacquard.tensor.spi.Backends;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceConfigurationError;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Supplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/// `jacquard doctor`: what this machine offers, what is used of it and why, and whether it works.
///
/// Exits with 1 if the device that would be used doesn't compute.
@Command(
    name = "doctor",
    mixinStandardHelpOptions = true,
    description = {
      "Tells what this machine offers and what is used of it: Java, processor, devices, switches.",
      "Multiplies two matrices on every device; exits with 1 if the standard one fails."
    })
final class Doctor implements Callable<Integer> {
  /// Kinds of devices that Jacquard knows of, here or not.
  private static final List<String> KINDS = List.of("cpu", "opencl", "cuda", "reference");

  private static final int SIDE = 64;

  @Spec private CommandSpec spec;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    machine(out);
    boolean fine = devices(out);
    compilers(out);
    switches(out);
    out.flush();
    return fine ? 0 : 1;
  }

  private static void machine(PrintWriter out) {
    line(out, "jacquard", Version.number());
    line(
        out,
        "java",
        "%s by %s, %s, %s"
            .formatted(
                Runtime.version(),
                System.getProperty("java.vendor", "?"),
                System.getProperty("java.vm.info", ""),
                System.getProperty("java.home")));
    line(
        out,
        "system",
        "%s %s %s"
            .formatted(
                System.getProperty("os.name"),
                System.getProperty("os.version"),
                System.getProperty("os.arch")));
    line(out, "processor", Processor.read().toString());
    line(out, "vectors", Doctor::vectors);
    line(
        out,
        "threads",
        () ->
            Switches.threads()
                + " on "
                + Runtime.getRuntime().availableProcessors()
                + " processors");
    line(out, "memory", memory());
    line(out, "cache", cache(Path.of(Switches.cacheDir())));
  }

  private static String vectors() {
    if (ModuleLayer.boot().findModule("jdk.incubator.vector").isEmpty()) {
      return "none: start Java with --add-modules jdk.incubator.vector, as the launcher does";
    }
    int bits = VectorWidth.preferred().bits();
    return "%d bits (%d floats), %s"
        .formatted(
            bits,
            bits / 32,
            Switches.vectorBits() == 0 ? "which the processor prefers" : "by jacquard.vectorBits");
  }

  private static String memory() {
    String heap =
        "heap up to "
            + Text.bytes(Runtime.getRuntime().maxMemory())
            + " (JACQUARD_JAVA_OPTS=-Xmx8g sets it)";
    return ManagementFactory.getOperatingSystemMXBean() instanceof OperatingSystemMXBean system
        ? heap
            + ", machine "
            + Text.bytes(system.getTotalMemorySize())
            + " with "
            + Text.bytes(system.getFreeMemorySize())
            + " free"
        : heap;
  }

  private static String cache(Path folder) {
    if (Files.isDirectory(folder)) {
      return folder + (Files.isWritable(folder) ? "" : ", not writable");
    }
    return folder + (Files.exists(folder) ? ", not a folder" : ", not there yet");
  }

  /// @return whether the standard device works
  private static boolean devices(PrintWriter out) {
    out.println("devices");
    Map<String, BackendProvider> providers = new LinkedHashMap<>();
    try {
      Backends.providers().forEach(provider -> providers.put(provider.kind(), provider));
    } catch (ServiceConfigurationError | LinkageError e) {
      line(out, "  back ends", "can't be loaded: " + reason(e));
    }
    TreeSet<String> others = new TreeSet<>(providers.keySet());
    KINDS.forEach(others::remove);
    boolean fine = false;
    for (String kind : concat(KINDS, others)) {
      BackendProvider provider = providers.get(kind);
      if (provider == null) {
        line(out, "  " + kind, "none: this build has no such back end");
      } else {
        fine |= devices(out, provider);
      }
    }
    if (!fine) {
      line(out, "", "the standard device, " + Switches.device() + ", does not work");
    }
    return fine;
  }

  private static List<String> concat(List<String> first, Iterable<String> more) {
    List<String> all = new ArrayList<>(first);
    more.forEach(all::add);
    return all;
  }

  private static boolean devices(PrintWriter out, BackendProvider provider) {
    boolean fine = false;
    try {
      List<BackendProvider.Found> found = provider.devices();
      if (found.isEmpty()) {
        line(out, "  " + provider.kind(), "none: " + provider.trouble());
      }
      for (BackendProvider.Found one : found) {
        Device device = new Device(provider.kind(), one.index());
        String trouble = multiply(device);
        boolean standard = device.equals(Device.standard());
        line(
            out,
            "  " + device,
            one.description() + "; " + trouble + (standard ? "; standard" : ""));
        fine |= standard && trouble.startsWith("works");
      }
      if (!found.isEmpty() && !provider.trouble().isEmpty()) {
        line(out, "", provider.trouble());
      }
    } catch (RuntimeException | LinkageError e) {
      line(out, "  " + provider.kind(), "fails: " + reason(e));
    }
    return fine;
  }

  /// Multiplies matrices of ones: every sum is exact.
  private static String multiply(Device device) {
    long start = System.nanoTime();
    try {
      Tensor ones = Tensor.full(DType.F32, 1, Shape.of(SIDE, SIDE), device).realise();
      double sum = ones.matmul(ones).sum().item();
      String took = Text.duration(Duration.ofNanos(System.nanoTime() - start));
      double expected = Math.pow(SIDE, 3);
      return sum == expected
          ? "works (first product in " + took + ")"
          : "computes wrongly: " + sum + ", expected " + expected;
    } catch (RuntimeException | LinkageError e) {
      return "fails: " + reason(e);
    }
  }

  private static void compilers(PrintWriter out) {
    out.println("compilers of kernels");
    try {
      for (BackendProvider provider : Backends.providers()) {
        if (!provider.compiler().isEmpty()) {
          line(out, "  " + provider.kind(), provider.compiler());
        }
      }
    } catch (ServiceConfigurationError | LinkageError e) {
      line(out, "  back ends", "can't be loaded: " + reason(e));
    }
  }

  private static void switches(PrintWriter out) {
    out.println("switches (system properties: JACQUARD_JAVA_OPTS=-Djacquard.debug=1)");
    Map<String, Supplier<Object>> all = new LinkedHashMap<>();
    all.put("device", Switches::device);
    all.put("threads", Switches::threads);
    all.put("debug", Switches::debug);
    all.put("dump", () -> Switches.dump().isEmpty() ? "-" : Switches.dump());
    all.put("validate", Switches::validate);
    all.put("eager", Switches::eager);
    all.put("vectorBits", () -> Switches.vectorBits() == 0 ? "-" : Switches.vectorBits());
    all.put("cacheDir", Switches::cacheDir);
    all.put("tune", Switches::tune);
    all.put("fuse", Switches::fuse);
    all.put("nvrtc", () -> Switches.nvrtc().isEmpty() ? "-" : Switches.nvrtc());
    all.put(
        "products",
        () -> Switches.products().isEmpty() ? "-" : String.join(",", Switches.products()));
    all.forEach((name, value) -> {
      String property = "jacquard." + name;
      boolean set = System.getProperty(property) != null;
      line(out, "  " + property, () -> value.get() + (set ? "  (set)" : ""));
    });
  }

  /// A value that can't be told is told why.
  private static void line(PrintWriter out, String name, Supplier<String> value) {
    String text;
    try {
      text = value.get();
    } catch (RuntimeException | LinkageError e) {
      text = reason(e);
    }
    line(out, name, text);
  }

  private static void line(PrintWriter out, String name, String value) {
    out.printf("%-22s %s%n", name, value.strip());
  }

  private static String reason(Throwable error) {
    String message = error.getMessage();
    return message == null ? error.toString() : message.lines().findFirst().orElse("");
  }
}
