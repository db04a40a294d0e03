package jacquard.examples.recipe;

/// Refuses option values, in one line each.
final class Require {
  private Require() {}

  static int atLeast(String option, int value, int least) {
    return (int) atLeast(option, (long) value, least);
  }

  static long atLeast(String option, long value, long least) {
    if (value < least) {
      throw new IllegalArgumentException(
          option + " is " + value + ", expected " + least + " or more");
    }
    return value;
  }

  /// The product of two numbers of 1 or more, which must be at most `most`.
  ///
  /// @param other what the option's value is multiplied by, in words
  static long product(String option, long value, String other, long by, long most) {
    if (value > most / by) {
      throw new IllegalArgumentException(
          option + " is " + value + ", which times " + by + " " + other + " is more than " + most);
    }
    return value * by;
  }

  static double aboveZero(String option, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(option + " is " + value + ", expected above 0 and finite");
    }
    return value;
  }

  static double zeroOrMore(String option, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          option + " is " + value + ", expected 0 or more and finite");
    }
    return value;
  }

  /// 0 or more and below 1.
  static double probability(String option, double value) {
    if (!(value >= 0 && value < 1)) {
      throw new IllegalArgumentException(
          option + " is " + value + ", expected 0 or more and below 1");
    }
    return value;
  }
}
