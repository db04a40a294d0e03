package jacquard.examples.tour;

import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// The numbers from 0 to 99 in words, over and over: what [GptByHand] reads.
final class NumberWords {
  private static final String[] SMALL = {
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen"
  };
  private static final String[] TENS = {
    "", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"
  };

  private NumberWords() {}

  /// `twenty-one` of 21.
  static String word(int number) {
    if (number < 20) {
      return SMALL[number];
    }
    String tens = TENS[number / 10];
    return number % 10 == 0 ? tens : tens + "-" + SMALL[number % 10];
  }

  /// Twice from 0 to 99, so that the step from 99 to 0 is in it.
  static String text() {
    return IntStream.range(0, 200).mapToObj(i -> word(i % 100)).collect(Collectors.joining(" "));
  }

  /// The letters of the text, each once, in order.
  static String letters() {
    return text()
        .chars()
        .distinct()
        .sorted()
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }
}
