package jacquard.examples.recipe;

/// How a run goes on and when it looks up.
///
/// @param name of the run, one word
/// @param steps to make
/// @param validateEvery steps between two validations, which also save the model and write samples
/// @param unit what a step consumes: `tokens`, `images`
/// @param unitsPerStep how many of them
record Pace(String name, long steps, long validateEvery, String unit, long unitsPerStep) {
  private static final long EVERY_STEP_UP_TO = 200;
  private static final long FEWEST_VALIDATIONS = 4;

  /// Validates at least a few times, however short the run.
  static Pace of(String name, long steps, long validateEvery, String unit, long unitsPerStep) {
    long often = Math.max(1, Math.min(validateEvery, steps / FEWEST_VALIDATIONS));
    return new Pace(name, steps, often, unit, unitsPerStep);
  }

  /// Whether a line is logged after `done` steps: all of a short run, every tenth of a long one.
  boolean logs(long done) {
    return steps <= EVERY_STEP_UP_TO || done == 1 || done % 10 == 0 || validates(done);
  }

  boolean validates(long done) {
    return done % validateEvery == 0 || done == steps;
  }
}
