package jacquard.bench.kernels;

import java.util.stream.DoubleStream;

/// A part of a logarithmic axis.
record ChartRange(double low, double high) {
  /// What holds all values and `least .. most`, ending on powers of ten or their halves of a
  /// decade.
  static ChartRange around(DoubleStream values, double least, double most) {
    double[] all = DoubleStream.concat(values, DoubleStream.of(least, most)).sorted().toArray();
    return new ChartRange(all[0] * 0.9, all[all.length - 1] * 1.1);
  }

  /// Where on the axis a value lies, 0 at its beginning and 1 at its end.
  double part(double value) {
    return Math.log(value / low) / Math.log(high / low);
  }

  /// The opposite of [#part].
  double at(double part) {
    return low * Math.pow(high / low, part);
  }
}
