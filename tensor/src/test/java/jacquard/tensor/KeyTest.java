package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.graph.GraphPrinter;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.testing.OnReference;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnReference.class)
class KeyTest {
  private static final int N = 20_000;

  @Test
  void derivedKeysAreTheSameForEver() {
    assertEquals(0x8b59cd5fbd76b0e5L, Key.of(42).fold(0).value());
    assertEquals(0x1fe45218a9175479L, Key.of(42).fold(1).value());
    assertEquals(Key.of(42).fold(7).fold(3).value(), Key.of(42).fold(7).fold(3).value());
  }

  @Test
  void derivedKeysDiffer() {
    Set<Long> values = new HashSet<>();
    for (long seed = 0; seed < 4; seed++) {
      values.add(seed);
      for (int i = -500; i < 500; i++) {
        values.add(Key.of(seed).fold(i).value());
        values.add(Key.of(seed).fold(1000).fold(i).value());
      }
    }
    assertEquals(4 + 4 * 2000, values.size());
  }

  @Test
  void splitFoldsTheIndices() {
    Key key = Key.of(5);
    assertArrayEquals(
        new long[] {key.fold(0).value(), key.fold(1).value(), key.fold(2).value()},
        Arrays.stream(key.split(3)).mapToLong(Key::value).toArray());
  }

  @Test
  void constantKeysAreConstantsAndDynamicOnesAreSlots() {
    Key constant = Key.of(-1);
    assertEquals(new Op.Constant(DType.I64, -1), constant.tensor().node().op());
    Key dynamic = constant.dynamic();
    assertEquals(new Source.Dynamic(-1), dynamic.tensor().node().input());
    assertTrue(dynamic.fold(3).isDynamic());
    assertInstanceOf(Source.Dynamic.class, dynamic.fold(3).tensor().node().input());
    assertEquals(constant.fold(3).value(), dynamic.fold(3).value());
    assertFalse(constant.fold(3).isDynamic());
    assertSame(dynamic, dynamic.dynamic());
  }

  @Test
  void stepsOfADynamicKeyHaveOneGraphButForTheSlot() {
    Key root = Key.of(42);
    List<String> listings =
        List.of(0, 1).stream()
            .map(step -> Tensor.randn(root.fold(step).dynamic().fold(9), 4))
            .map(x -> GraphPrinter.listing(List.of(x.node())))
            .toList();
    assertNotEquals(listings.get(0), listings.get(1));
    String slot = "dynamic -?\\d+";
    assertEquals(listings.get(0).replaceAll(slot, ""), listings.get(1).replaceAll(slot, ""));
  }

  @Test
  void dynamicAndConstantKeysDrawTheSame() {
    assertArrayEquals(
        Tensor.randn(Key.of(3), 2, 5).toFloatArray(),
        Tensor.randn(Key.of(3).dynamic(), 2, 5).toFloatArray());
  }

  @Test
  void printsItsValue() {
    assertEquals("key 0x000000000000002a", Key.of(42).toString());
    assertEquals("dynamic key 0xffffffffffffffff", Key.of(-1).dynamic().toString());
  }

  @Test
  void uniformFillsTheUnitInterval() {
    double[] x = doubles(Tensor.rand(Key.of(1), N));
    assertTrue(Arrays.stream(x).allMatch(v -> v >= 0 && v < 1));
    assertEquals(0.5, mean(x), 5 * Math.sqrt(1 / 12.0 / N));
    assertEquals(1 / 12.0, variance(x), 5 * Math.sqrt(1 / 180.0 / N));
  }

  @Test
  void normalHasTheMomentsOfTheNormalDistribution() {
    double[] x = doubles(Tensor.normal(DType.F64, Key.of(2), 3, 2, N));
    assertEquals(3, mean(x), 5 * 2 / Math.sqrt(N));
    assertEquals(4, variance(x), 5 * 4 * Math.sqrt(2.0 / N));
    double[] z = Arrays.stream(x).map(v -> (v - 3) / 2).toArray();
    assertEquals(0, mean(Arrays.stream(z).map(v -> v * v * v).toArray()), 5 * Math.sqrt(15.0 / N));
    // the fourth power of a standard normal has mean 3 and variance 96
    assertEquals(
        3, mean(Arrays.stream(z).map(v -> v * v * v * v).toArray()), 5 * Math.sqrt(96.0 / N));
    assertTrue(Arrays.stream(z).allMatch(v -> Math.abs(v) < 6.7));
  }

  @Test
  void keysDerivedFromOneAreUncorrelated() {
    double[] x = doubles(Tensor.randn(Key.of(4).fold(0), N));
    double[] y = doubles(Tensor.randn(Key.of(4).fold(1), N));
    double sum = 0;
    for (int i = 0; i < N; i++) {
      sum += x[i] * y[i];
    }
    assertEquals(0, sum / N, 5 / Math.sqrt(N));
  }

  @Test
  void wholeNumbersAreEquallyLikely() {
    int[] x = Tensor.randint(Key.of(6), -3, 4, N).toIntArray();
    int[] counts = new int[7];
    for (int v : x) {
      counts[v + 3]++;
    }
    double expected = N / 7.0;
    double chiSquare =
        Arrays.stream(counts).mapToDouble(c -> (c - expected) * (c - expected) / expected).sum();
    // 6 degrees of freedom: above 35 with a probability of 4e-6
    assertTrue(chiSquare < 35, () -> "chi-square " + chiSquare + " of " + Arrays.toString(counts));
  }

  @Test
  void bernoulliIsTheComparisonOfRand() {
    for (double p : new double[] {0, 1e-9, 0.1, 0.5, 0.9999999, 1}) {
      boolean[] kept = Tensor.bernoulli(Key.of(8), p, 1000).toBooleanArray();
      float[] drawn = Tensor.rand(Key.of(8), 1000).toFloatArray();
      for (int i = 0; i < kept.length; i++) {
        assertEquals(drawn[i] < p, kept[i]);
      }
    }
  }

  @Test
  void permutationHasEachIndexOnce() {
    int[] order = Tensor.permutation(Key.of(9), 1000).toIntArray();
    assertFalse(Arrays.equals(order, Tensor.arange(1000).toIntArray()));
    assertArrayEquals(Tensor.arange(1000).toIntArray(), Arrays.stream(order).sorted().toArray());
  }

  private static double[] doubles(Tensor x) {
    return x.cast(DType.F64).toDoubleArray();
  }

  private static double mean(double[] x) {
    return Arrays.stream(x).average().orElseThrow();
  }

  private static double variance(double[] x) {
    double mean = mean(x);
    return Arrays.stream(x).map(v -> (v - mean) * (v - mean)).average().orElseThrow();
  }
}
