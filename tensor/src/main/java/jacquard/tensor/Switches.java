package jacquard.tensor;

import java.util.List;

/// The switches of a process, all of them system properties, read when they are used.
///
/// | property              | value                                            | meaning |
/// |-----------------------|--------------------------------------------------|---------|
/// | `jacquard.device`     | `cpu`, `reference`, ... (`cpu`)                  | device of tensors created without naming one |
/// | `jacquard.threads`    | 1 to 1024 (the number of processors)             | threads of the CPU back end |
/// | `jacquard.debug`      | 0 to 4 (0)                                       | print schedules 1, timings 2, kernels 3, graphs 4 |
/// | `jacquard.dump`       | a folder                                         | write the graph, kernels and schedule of each plan there |
/// | `jacquard.validate`   | true or false (false)                            | check every kernel against the reference evaluator |
/// | `jacquard.eager`      | true or false (false)                            | evaluate after every operation, to find the faulty line; slow |
/// | `jacquard.vectorBits` | 128, 256 or 512 (what the processor prefers)     | vector width of CPU code; wider than the processor's, of generated code only |
/// | `jacquard.cacheDir`   | a folder (`~/.cache/jacquard`)                   | compiled GPU kernels and tuning results |
/// | `jacquard.tune`       | true or false (false)                            | measure how to cut CPU products while a program runs; the results are kept in `cacheDir` and used from then on where this is true |
/// | `jacquard.fuse`       | true or false (true)                             | one kernel per operation when false |
/// | `jacquard.nvrtc`      | a file (libraries by their usual names)          | NVIDIA's compiler as a library, which turns CUDA kernels into code |
/// | `jacquard.products`   | words of `tf32`, `tuned`, `fixed`                | on GPUs: f32 products on tensor cores, with operands rounded to 11 bits; tiles measured also where the device is no GPU; tiles not measured |
public final class Switches {
  private static final int MOST_THREADS = 1024;

  private Switches() {}

  /// Reads every switch, so that a bad value is refused now.
  ///
  /// @throws IllegalArgumentException naming the property, its value and what was expected
  public static void check() {
    threads();
    debug();
    validate();
    eager();
    vectorBits();
    tune();
    fuse();
    products();
  }

  /// {@return the device of tensors that are created without naming one}
  public static String device() {
    return System.getProperty("jacquard.device", "cpu");
  }

  /// {@return threads of the CPU back end}
  public static int threads() {
    return number("jacquard.threads", Runtime.getRuntime().availableProcessors(), 1, MOST_THREADS);
  }

  /// {@return what is printed: nothing at 0, most at 4}
  public static int debug() {
    return number("jacquard.debug", 0, 0, 4);
  }

  /// {@return the folder to dump to, or an empty text for none}
  public static String dump() {
    return System.getProperty("jacquard.dump", "");
  }

  /// {@return whether every kernel is compared with its reference}
  public static boolean validate() {
    return flag("jacquard.validate", false);
  }

  /// {@return whether every operation is evaluated where it is called}
  public static boolean eager() {
    return flag("jacquard.eager", false);
  }

  /// 128, 256 or 512; 0 when not set.
  ///
  /// @return the width in bits
  public static int vectorBits() {
    int bits = number("jacquard.vectorBits", 0, 0, 512);
    if (bits != 0 && bits != 128 && bits != 256 && bits != 512) {
      throw new IllegalArgumentException(
          "jacquard.vectorBits: " + bits + ", expected 128, 256 or 512");
    }
    return bits;
  }

  /// {@return the folder of compiled GPU kernels and of what tuning has found}
  public static String cacheDir() {
    return System.getProperty(
        "jacquard.cacheDir", System.getProperty("user.home", ".") + "/.cache/jacquard");
  }

  /// {@return whether ways to cut products are measured, and measured ones followed}
  public static boolean tune() {
    return flag("jacquard.tune", false);
  }

  /// {@return whether operations share kernels}
  public static boolean fuse() {
    return flag("jacquard.fuse", true);
  }

  /// {@return the NVRTC library to use, or an empty text for one by its usual name}
  public static String nvrtc() {
    return System.getProperty("jacquard.nvrtc", "").strip();
  }

  /// {@return whether CUDA may round the operands of f32 products to 11 bits}
  public static boolean tf32() {
    return products().contains("tf32");
  }

  /// {@return whether tiles of products are measured}
  ///
  /// @param unasked whether they are if the switch says nothing of it
  public static boolean tunes(boolean unasked) {
    List<String> words = products();
    return words.contains("tuned") || (unasked && !words.contains("fixed"));
  }

  /// {@return how GPUs multiply: words of `tf32`, `tuned` and `fixed`}
  public static List<String> products() {
    String text = System.getProperty("jacquard.products", "");
    List<String> words = text.isBlank() ? List.of() : List.of(text.strip().split(" *, *"));
    if (!List.of("tf32", "tuned", "fixed").containsAll(words)
        || (words.contains("tuned") && words.contains("fixed"))) {
      throw new IllegalArgumentException(
          "jacquard.products: '"
              + text
              + "', expected tf32, and tuned or fixed, with commas between them");
    }
    return words;
  }

  private static int number(String name, int otherwise, int least, int most) {
    String text = System.getProperty(name);
    if (text == null || text.isBlank()) {
      return otherwise;
    }
    try {
      int value = Integer.parseInt(text.strip());
      if (value >= least && value <= most) {
        return value;
      }
    } catch (NumberFormatException e) {
      // falls to the error below, which names the text
    }
    throw new IllegalArgumentException(
        name + ": '" + text + "', expected a whole number from " + least + " to " + most);
  }

  private static boolean flag(String name, boolean otherwise) {
    String text = System.getProperty(name);
    if (text == null || text.isBlank()) {
      return otherwise;
    }
    return switch (text.strip()) {
      case "true", "1" -> true;
      case "false", "0" -> false;
      default ->
          throw new IllegalArgumentException(name + ": '" + text + "', expected true or false");
    };
  }
}
