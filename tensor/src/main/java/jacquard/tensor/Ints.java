package jacquard.tensor;

import java.util.Arrays;
import java.util.function.IntBinaryOperator;

/// An immutable vector of ints with value equality: axes, orders, strides, paddings.
public final class Ints {
  private static final Ints EMPTY = new Ints(new int[0]);

  private final int[] values;

  private Ints(int[] values) {
    this.values = values;
  }

  /// {@return these numbers, copied}
  ///
  /// @param values `[..., S, H, E]`
  public static Ints of(int... values) {
    return values.length == 0 ? EMPTY : new Ints(values.clone());
  }

  /// {@return `n` times `value`}
  ///
  /// @param n number of elements
  /// @param value each element
  public static Ints filled(int n, int value) {
    int[] all = new int[n];
    Arrays.fill(all, value);
    return new Ints(all);
  }

  /// {@return `0, 1, ..., n - 1`}
  ///
  /// @param n number of elements
  public static Ints range(int n) {
    int[] all = new int[n];
    for (int i = 0; i < n; i++) {
      all[i] = i;
    }
    return new Ints(all);
  }

  /// {@return how many there are}
  public int length() {
    return values.length;
  }

  /// {@return the number at an index}
  ///
  /// @param index from 0
  public int get(int index) {
    return values[index];
  }

  /// {@return whether a number is among them}
  ///
  /// @param value each element
  public boolean contains(int value) {
    for (int v : values) {
      if (v == value) {
        return true;
      }
    }
    return false;
  }

  /// {@return whether all are this number; true if there are none}
  ///
  /// @param value each element
  public boolean allEqual(int value) {
    for (int v : values) {
      if (v != value) {
        return false;
      }
    }
    return true;
  }

  /// {@return each element as `f(index, element)`}
  ///
  /// @param f gives the new element from index and element
  public Ints map(IntBinaryOperator f) {
    int[] mapped = new int[values.length];
    for (int i = 0; i < mapped.length; i++) {
      mapped[i] = f.applyAsInt(i, values[i]);
    }
    return new Ints(mapped);
  }

  /// {@return the numbers in a new array}
  public int[] toArray() {
    return values.clone();
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof Ints that && Arrays.equals(values, that.values);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(values);
  }

  @Override
  public String toString() {
    return Arrays.toString(values);
  }
}
