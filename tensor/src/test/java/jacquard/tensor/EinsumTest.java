package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EinsumTest {
  private static final Map<Character, Integer> SIZES =
      Map.of('a', 2, 'b', 3, 'c', 4, 'd', 5, 'i', 3, 'j', 4, 'k', 5, 'e', 1, 'z', 0);

  /// Loops over every assignment of the letters and adds the product to the result.
  private static double[] loops(String spec, List<double[]> operands) {
    String[] sides = spec.split("->", -1);
    String[] terms = sides[0].split(",", -1);
    Map<Character, Integer> index = new LinkedHashMap<>();
    sides[0].chars().filter(c -> c != ',').forEach(c -> index.put((char) c, 0));
    double[] result = new double[size(sides[1])];
    long total = index.keySet().stream().mapToLong(SIZES::get).reduce(1, (x, y) -> x * y);
    for (long n = 0; n < total; n++) {
      long rest = n;
      for (char c : List.copyOf(index.keySet())) {
        index.put(c, (int) (rest % SIZES.get(c)));
        rest /= SIZES.get(c);
      }
      double product = 1;
      for (int i = 0; i < terms.length; i++) {
        product *= operands.get(i)[at(terms[i], index)];
      }
      result[at(sides[1], index)] += product;
    }
    return result;
  }

  private static int at(String letters, Map<Character, Integer> index) {
    int at = 0;
    for (char c : letters.toCharArray()) {
      at = at * SIZES.get(c) + index.get(c);
    }
    return at;
  }

  private static int size(String letters) {
    return letters.chars().map(c -> SIZES.get((char) c)).reduce(1, (x, y) -> x * y);
  }

  private static Tensor drawn(String letters, double[] values) {
    return Tensor.stored(
        DType.F64,
        values,
        Shape.of(letters.chars().map(c -> SIZES.get((char) c)).toArray()),
        Device.REFERENCE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "ij,jk->ik",
        "ij,jk->ki",
        "ji,kj->ik",
        "bij,bjk->bik",
        "bij,bjk->ikb",
        "abic,abjc->abij",
        "i,i->",
        "i,i->i",
        "i,j->ij",
        "i,j->ji",
        "ij->ji",
        "ij->",
        "ij->j",
        "ij,ij->",
        "ij,j->i",
        "j,jk->k",
        "bi,bj->bij",
        "bi,bj->",
        "ibk,jbk->bij",
        "abcd,dcab->",
        "abcd,cd->ab",
        "acb,dcb->ad",
        "ij,jk,kd->id",
        "i,j,k->",
        "ij,ik,id->jkd",
        "ii->i",
        "ii->",
        "iij->ji",
        "iji,jk->ik",
        "i->i",
        ",i->i",
        "->",
        "ze,ej->zj",
        "iz,zj->ij",
        "e,ij->ij",
        "bib,ib->bi"
      })
  void matchesLoops(String spec) {
    String[] terms = spec.split("->", -1)[0].split(",", -1);
    SplittableRandom random = new SplittableRandom(spec.hashCode());
    List<double[]> values =
        Arrays.stream(terms).map(term -> random.doubles(size(term), -1, 1).toArray()).toList();
    Tensor[] operands = new Tensor[terms.length];
    Arrays.setAll(operands, i -> drawn(terms[i], values.get(i)));
    Tensor actual = Tensor.einsum(spec, operands);
    String result = spec.split("->", -1)[1];
    assertEquals(Shape.of(result.chars().map(c -> SIZES.get((char) c)).toArray()), actual.shape());
    assertArrayEquals(loops(spec, values), actual.toDoubleArray(), 1e-12);
  }

  @Test
  void impliedResultHasTheLettersThatOccurOnceInOrder() {
    Tensor a = Tensor.full(DType.F32, 1, Shape.of(2, 3), Device.REFERENCE);
    Tensor b = Tensor.full(DType.F32, 1, Shape.of(3, 4), Device.REFERENCE);
    assertEquals(Shape.of(4, 2), Tensor.einsum("cb,ba", a, b).shape());
    assertEquals(Shape.of(3, 2), Tensor.einsum("ba", a).shape());
    assertEquals(Shape.scalar(), Tensor.einsum("ii", b.t().matmul(b)).shape());
  }

  @Test
  void attentionScoresAreOneDotOfViews() {
    Tensor q = drawn("bicd", new double[size("bicd")]);
    Tensor k = drawn("bjcd", new double[size("bjcd")]);
    Tensor scores = Tensor.einsum("bicd,bjcd->bcij", q, k);
    List<String> ops =
        Traversal.sourcesFirst(List.of(scores.node())).stream()
            .map(Node::op)
            .map(Op::label)
            .toList();
    assertEquals(List.of("input", "permute", "input", "permute", "dot"), ops);
  }

  @Test
  void mismatchesAreNamed() {
    Tensor x = Tensor.full(DType.F32, 1, Shape.of(2, 3), Device.REFERENCE);
    assertError("einsum: 'ij,jk' names 2 operands, got 1; give one tensor for each", "ij,jk", x);
    assertError(
        "einsum: operand 0 of 'ijk->i' is 'ijk', but has shape [2, 3], expected 3 axes",
        "ijk->i",
        x);
    assertError(
        "einsum: 'j' of 'ij,ji->i' is 3 and 2, expected one size", "ij,ji->i", x, x.flip(0));
    assertError(
        "einsum: result 'k' of 'ij->k' has 'k' which no operand has, expected letters of the"
            + " operands, each once",
        "ij->k",
        x);
    assertError(
        "einsum: result 'ii' of 'ij->ii' has 'i' twice, expected letters of the operands, each once",
        "ij->ii",
        x);
    assertError(
        "einsum: '.' in '...i->i', expected letters, ',' between operands and one '->'; name every axis",
        "...i->i",
        x);
  }

  private static void assertError(String message, String spec, Tensor... operands) {
    assertEquals(
        message,
        assertThrows(ShapeException.class, () -> Tensor.einsum(spec, operands)).getMessage());
  }
}
