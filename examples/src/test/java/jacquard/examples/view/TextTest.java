package jacquard.examples.view;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TextTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "7, 7",
    "950, 950",
    "999, 999",
    "999.4, 999",
    "999.6, 1.00k",
    "1000, 1.00k",
    "12345, 12.3k",
    "99960, 100k",
    "999499, 999k",
    "999501, 1.00M",
    "4500000, 4.50M",
    "2.5e9, 2.50G",
    "3.14159, 3.14",
    "0.5, 0.500",
    "9.996, 10.0",
    "-12345, -12.3k",
    "NaN, nan",
    "Infinity, inf"
  })
  void countsHaveThreeDigits(double value, String text) {
    assertEquals(text, Text.count(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 B",
    "512, 512 B",
    "1023, 1023 B",
    "1024, 1.00 KiB",
    "1258291, 1.20 MiB",
    "1048064, 1.00 MiB",
    "5368709120, 5.00 GiB",
    "9223372036854775807, 8.00 EiB"
  })
  void bytesHaveUnitsOf1024(long value, String text) {
    assertEquals(text, Text.bytes(value));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0 us",
    "0.00042, 420 us",
    "0.85, 850 ms",
    "0.9996, 1.0 s",
    "4.2, 4.2 s",
    "9.96, 10 s",
    "42.4, 42 s",
    "59.6, 1 min",
    "125, 2 min 5 s",
    "3599.7, 1 h",
    "3840, 1 h 4 min",
    "86399, 1 d",
    "266400, 3 d 2 h"
  })
  void durationsHaveAtMostTwoUnits(double seconds, String text) {
    assertEquals(text, Text.duration(Duration.ofNanos(Math.round(seconds * 1e9))));
  }

  @ParameterizedTest
  @CsvSource({"0, 0:00", "42, 0:42", "59.6, 1:00", "725, 12:05", "3849, 1:04:09", "-3, 0:00"})
  void clocksCountSeconds(double seconds, String text) {
    assertEquals(text, Text.clock(Duration.ofNanos(Math.round(seconds * 1e9))));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "4, 4",
    "2.3125, 2.313",
    "2.5, 2.500",
    "107.83, 107.8",
    "0.0125, 0.01250",
    "9.99996, 10.00",
    "12345.6, 12346",
    "0.00003, 3.000e-05",
    "2500000, 2.500e+06",
    "-1.5, -1.500",
    "NaN, nan",
    "-Infinity, -inf"
  })
  void numbersHaveFourDigits(double value, String text) {
    assertEquals(text, Text.number(value));
  }

  @Test
  void noLocaleChangesThem() {
    Locale before = Locale.getDefault();
    try {
      Locale.setDefault(Locale.forLanguageTag("ar-EG-u-nu-arab"));
      assertEquals("3.000e-05", Text.number(3e-5));
      assertEquals("4.2 s", Text.duration(Duration.ofMillis(4200)));
      assertEquals("0:42", Text.clock(Duration.ofSeconds(42)));
    } finally {
      Locale.setDefault(before);
    }
  }
}
