package jacquard.bench.rows;

/// A kernel on data of its own, to be called any number of times.
public interface Body {
  /// Computes once.
  void run();

  /// {@return what the last run computed, the first result if there are several; for tests}
  float[] result();

  /// {@return loops that write into an array}
  ///
  /// @param result what they write into
  /// @param loops computes once
  static Body of(float[] result, Runnable loops) {
    return new Body() {
      @Override
      public void run() {
        loops.run();
      }

      @Override
      public float[] result() {
        return result;
      }
    };
  }
}
