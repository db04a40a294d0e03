package jacquard.examples.recipe;

import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/// Gives away texts that are written side by side one after the other: the first that has not ended
/// is given away as it grows, the others are kept until it is their turn.
final class InOrder implements TextSampler.Listener {
  private final StringBuilder[] kept;
  private final boolean[] ended;
  private final Consumer<String> out;

  /// What stands before a text; null if texts are given away whole.
  private final @Nullable IntFunction<String> before;

  /// What a whole text is given away as; its end alone if it was given away as it grew.
  private final BiFunction<Integer, String, String> whole;

  private int turn;
  private boolean begun;

  /// As they grow.
  InOrder(int texts, Consumer<String> out, IntFunction<String> before, String after) {
    this(texts, out, before, (text, rest) -> rest + after);
  }

  /// Each as a whole.
  ///
  /// @param whole makes of a text's number and of itself what is given away
  InOrder(int texts, Consumer<String> out, BiFunction<Integer, String, String> whole) {
    this(texts, out, null, whole);
  }

  private InOrder(
      int texts,
      Consumer<String> out,
      @Nullable IntFunction<String> before,
      BiFunction<Integer, String, String> whole) {
    this.kept = new StringBuilder[texts];
    for (int i = 0; i < texts; i++) {
      kept[i] = new StringBuilder();
    }
    this.ended = new boolean[texts];
    this.out = out;
    this.before = before;
    this.whole = whole;
  }

  @Override
  public void part(int text, String part) {
    kept[text].append(part);
    give();
  }

  @Override
  public void end(int text) {
    ended[text] = true;
    give();
  }

  private void give() {
    while (turn < kept.length) {
      if (before != null && !begun) {
        out.accept(before.apply(turn));
        begun = true;
      }
      if (!ended[turn]) {
        break;
      }
      out.accept(whole.apply(turn, take()));
      turn++;
      begun = false;
    }
    if (before != null && turn < kept.length && !kept[turn].isEmpty()) {
      out.accept(take());
    }
  }

  private String take() {
    String text = kept[turn].toString();
    kept[turn].setLength(0);
    return text;
  }
}
