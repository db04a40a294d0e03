package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;

/// A kernel's time.
///
/// @param kernel name of its row
/// @param form label of the [Form]
/// @param flops of a call, as declared by the row
/// @param bytes likewise
record Measurement(
    String kernel, String form, Setting setting, double flops, double bytes, Timing timing) {

  /// What reports are compared by.
  record Id(String kernel, String form, Setting setting) {}

  Id id() {
    return new Id(kernel, form, setting);
  }

  double gflops() {
    return flops / timing.median() * 1e-6;
  }

  double gigabytes() {
    return bytes / timing.median() * 1e-6;
  }

  /// The part of the roofline that was reached, 0 where the row declares neither operations nor
  /// bytes. Above 1 where a kernel's data are partly in a faster level than their size says, or
  /// where results overwrite inputs: copies also load the lines that they store, uncounted.
  double share(Roofline roofline) {
    return roofline.limit(flops, bytes).millis() / timing.median();
  }
}
