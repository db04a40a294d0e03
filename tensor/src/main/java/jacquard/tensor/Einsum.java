package jacquard.tensor;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Einstein summation, from left to right, two operands at a time.
///
/// A pair whose letters leave rows on both sides becomes one dot product of views: the shared
/// letters that are still needed lead, the rest of each operand is its rows, the letters that
/// nobody needs are summed. Other pairs are a product and a sum, which fuse.
final class Einsum {
  private final String spec;
  private final String result;

  private Einsum(String spec, String result) {
    this.spec = spec;
    this.result = result;
  }

  /// A tensor whose axes have letters as names.
  private record Named(Tensor tensor, String letters) {
    int dim(char letter) {
      return tensor.dim(letters.indexOf(letter));
    }

    boolean has(char letter) {
      return letters.indexOf(letter) >= 0;
    }

    /// The axes in the order of `order`, which has the same letters.
    Named ordered(String order) {
      int[] axes = order.chars().map(letters::indexOf).toArray();
      return new Named(tensor.permute(axes), order);
    }

    /// With axes of size 1 for the letters of `order` that it has not.
    Tensor spread(String order) {
      Tensor x = ordered(filter(order, this::has)).tensor;
      for (int i = 0; i < order.length(); i++) {
        x = has(order.charAt(i)) ? x : x.unsqueeze(i);
      }
      return x;
    }
  }

  private interface Letters {
    boolean test(char letter);
  }

  private static String filter(String letters, Letters keep) {
    return letters
        .chars()
        .filter(c -> keep.test((char) c))
        .mapToObj(Character::toString)
        .collect(Collectors.joining());
  }

  static Tensor of(String spec, Tensor... operands) {
    String compact = spec.replace(" ", "");
    int arrow = compact.indexOf("->");
    String left = arrow < 0 ? compact : compact.substring(0, arrow);
    String[] terms = left.split(",", -1);
    for (int i = 0; i < compact.length(); i++) {
      char c = compact.charAt(i);
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (!letter
          && !(c == ',' && (arrow < 0 || i < arrow))
          && i != arrow
          && (arrow < 0 || i != arrow + 1)) {
        throw new ShapeException(
            "einsum: '"
                + c
                + "' in '"
                + spec
                + "', expected letters, ',' between operands and one '->'; name every axis");
      }
    }
    if (terms.length != operands.length) {
      throw new ShapeException(
          "einsum: '"
              + spec
              + "' names "
              + terms.length
              + " operands, got "
              + operands.length
              + "; give one tensor for each");
    }
    Einsum einsum = new Einsum(spec, arrow < 0 ? implied(left) : compact.substring(arrow + 2));
    return einsum.evaluate(einsum.named(terms, operands));
  }

  /// The letters that occur once, in alphabetical order.
  private static String implied(String left) {
    TreeMap<Character, Integer> counts = new TreeMap<>();
    left.chars().filter(c -> c != ',').forEach(c -> counts.merge((char) c, 1, Integer::sum));
    return counts.keySet().stream()
        .filter(c -> counts.getOrDefault(c, 0) == 1)
        .map(String::valueOf)
        .collect(Collectors.joining());
  }

  private List<Named> named(String[] terms, Tensor[] operands) {
    Map<Character, Integer> sizes = new LinkedHashMap<>();
    List<Named> named = new ArrayList<>();
    for (int i = 0; i < terms.length; i++) {
      Tensor x = operands[i];
      String term = terms[i];
      if (x.rank() != term.length()) {
        throw new ShapeException(
            "einsum: operand "
                + i
                + " of '"
                + spec
                + "' is '"
                + term
                + "', but has shape "
                + x.shape()
                + ", expected "
                + term.length()
                + " axes");
      }
      for (int axis = 0; axis < x.rank(); axis++) {
        Integer known = sizes.putIfAbsent(term.charAt(axis), x.dim(axis));
        if (known != null && known != x.dim(axis)) {
          throw new ShapeException(
              "einsum: '"
                  + term.charAt(axis)
                  + "' of '"
                  + spec
                  + "' is "
                  + known
                  + " and "
                  + x.dim(axis)
                  + ", expected one size");
        }
      }
      named.add(withoutRepeats(new Named(x, term)));
    }
    for (int i = 0; i < result.length(); i++) {
      char letter = result.charAt(i);
      if (!sizes.containsKey(letter) || result.indexOf(letter) != i) {
        throw new ShapeException(
            "einsum: result '"
                + result
                + "' of '"
                + spec
                + "' has '"
                + letter
                + "' "
                + (sizes.containsKey(letter) ? "twice" : "which no operand has")
                + ", expected letters of the operands, each once");
      }
    }
    return named;
  }

  /// A letter that an operand has twice means its diagonal.
  private static Named withoutRepeats(Named x) {
    for (int i = 0; i < x.letters.length(); i++) {
      int first = i;
      int again = x.letters.indexOf(x.letters.charAt(first), first + 1);
      if (again >= 0) {
        // both axes to the end, where the diagonal leaves one
        IntStream rest =
            IntStream.range(0, x.letters.length()).filter(a -> a != first && a != again);
        int[] order = IntStream.concat(rest, IntStream.of(first, again)).toArray();
        String letters =
            Arrays.stream(order)
                .limit(order.length - 1)
                .mapToObj(a -> x.letters.substring(a, a + 1))
                .collect(Collectors.joining());
        return withoutRepeats(new Named(x.tensor.permute(order).diagonal(), letters));
      }
    }
    return x;
  }

  private Tensor evaluate(List<Named> operands) {
    Named left = operands.get(0);
    for (int i = 1; i < operands.size(); i++) {
      String needed =
          result
              + operands.subList(i + 1, operands.size()).stream()
                  .map(Named::letters)
                  .collect(Collectors.joining());
      Named right = operands.get(i);
      // the operand with the result's last letter goes to the right, so that the dot product needs
      // no transpose after it
      char last = result.isEmpty() ? ' ' : result.charAt(result.length() - 1);
      boolean swap = left.has(last) && !right.has(last);
      left = product(swap ? right : left, swap ? left : right, letters(needed));
    }
    return summed(left, letters(result)).ordered(result).tensor;
  }

  private static Set<Character> letters(String text) {
    return text.chars().mapToObj(c -> (char) c).collect(Collectors.toSet());
  }

  /// Sums over the letters that are not needed.
  private static Named summed(Named x, Set<Character> needed) {
    String kept = filter(x.letters, needed::contains);
    int[] axes =
        filter(x.letters, c -> !needed.contains(c)).chars().map(x.letters::indexOf).toArray();
    return axes.length == 0 ? x : new Named(x.tensor.sum(axes), kept);
  }

  private static Named product(Named a, Named b, Set<Character> needed) {
    Named x = summed(a, letters(filter(a.letters, c -> needed.contains(c) || b.has(c))));
    Named y = summed(b, letters(filter(b.letters, c -> needed.contains(c) || a.has(c))));
    String batch = filter(x.letters, c -> y.has(c) && needed.contains(c));
    String inner = filter(x.letters, c -> y.has(c) && !needed.contains(c));
    String rows = filter(x.letters, c -> !y.has(c));
    String columns = filter(y.letters, c -> !x.has(c));
    if (inner.isEmpty() || rows.isEmpty() || columns.isEmpty()) {
      String all = batch + rows + columns + inner;
      Named product = new Named(x.spread(all).mul(y.spread(all)), all);
      return summed(product, needed);
    }
    Tensor dot = grouped(x, batch, rows, inner).matmul(grouped(y, batch, inner, columns));
    int[] dims = new int[batch.length() + rows.length() + columns.length()];
    String order = batch + rows + columns;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = x.has(order.charAt(i)) ? x.dim(order.charAt(i)) : y.dim(order.charAt(i));
    }
    return new Named(dot.reshape(Shape.of(dims)), order);
  }

  /// Axes `[batch..., first, second]`, where the letters of a group are merged into one axis.
  private static Tensor grouped(Named x, String batch, String first, String second) {
    Tensor ordered = x.ordered(batch + first + second).tensor;
    int[] dims = new int[batch.length() + 2];
    for (int i = 0; i < batch.length(); i++) {
      dims[i] = x.dim(batch.charAt(i));
    }
    dims[batch.length()] = size(x, first);
    dims[batch.length() + 1] = size(x, second);
    return ordered.reshape(Shape.of(dims));
  }

  private static int size(Named x, String letters) {
    return letters.chars().map(c -> x.dim((char) c)).reduce(1, Math::multiplyExact);
  }
}
