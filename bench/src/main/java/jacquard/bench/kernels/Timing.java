package jacquard.bench.kernels;

/// Times of single calls, in milliseconds.
///
/// @param p10 a tenth of the calls was faster
/// @param p90 a tenth was slower
record Timing(double median, double p10, double p90) {
  /// Half of what lies between the deciles, as a part of the median.
  double spread() {
    return (p90 - p10) / 2 / median;
  }
}
