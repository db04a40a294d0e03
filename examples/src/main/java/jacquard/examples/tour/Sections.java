package jacquard.examples.tour;

/// What a program prints, in sections that its chapter can quote.
final class Sections {
  private Sections() {}

  /// Begins a section.
  ///
  /// @param name what stands behind `output:` in the chapter
  static void section(String name) {
    System.out.println("== " + name);
  }

  /// Runs `action` while a system property has another value.
  static void with(String property, String value, Runnable action) {
    String before = System.getProperty(property);
    System.setProperty(property, value);
    try {
      action.run();
    } finally {
      if (before == null) {
        System.clearProperty(property);
      } else {
        System.setProperty(property, before);
      }
    }
  }
}
