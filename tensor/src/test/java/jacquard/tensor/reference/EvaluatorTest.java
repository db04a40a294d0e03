package jacquard.tensor.reference;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.IndexException;
import jacquard.tensor.Ints;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.StateException;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;
import java.util.List;
import org.junit.jupiter.api.Test;

class EvaluatorTest {
  private static final Device DEVICE = Device.REFERENCE;
  private static final double NAN = Double.NaN;
  private static final double INF = Double.POSITIVE_INFINITY;

  @Test
  void chainOfTenThousandNodesIsEvaluated() {
    Tensor x = f64(new double[] {1, 2});
    for (int i = 0; i < 10_000; i++) {
      x = x.add(1);
    }
    assertArrayEquals(new double[] {10_001, 10_002}, x.toDoubleArray());
  }

  @Test
  void f32IsNotRoundedBetweenOperations() {
    Tensor big = Tensor.stored(DType.F32, new float[] {1e8f}, Shape.of(1), DEVICE);
    assertArrayEquals(new float[] {1}, big.add(1).sub(big).toFloatArray());
  }

  @Test
  void f32ConstantsAndCastsAreRounded() {
    Tensor tenth = Tensor.stored(DType.F32, new float[] {0.1f}, Shape.of(1), DEVICE);
    assertArrayEquals(new byte[] {1}, (byte[]) tenth.eq(0.1).toArray());
    Tensor wide = f64(new double[] {0.1});
    assertArrayEquals(new double[] {0.1f}, wide.cast(DType.F32).cast(DType.F64).toDoubleArray());
    // 2^53 + 2^29 + 1 lies just above the middle of two floats; by way of double it would fall on
    // the middle and go to even
    long middle = (1L << 53) + (1L << 29) + 1;
    assertArrayEquals(new float[] {(float) middle}, i64(middle).cast(DType.F32).toFloatArray());
  }

  @Test
  void rootsAreWrittenAfterEveryRead() {
    State a = new State("a", f64(new double[] {1, 2}));
    State b = new State("b", f64(new double[] {3, 4}));
    Tensor sum = a.value().add(b.value());
    Step.run(
        List.of(sum), List.of(new Update(a, b.value().mul(10)), new Update(b, a.value().mul(10))));
    assertArrayEquals(new double[] {4, 6}, sum.toDoubleArray());
    assertArrayEquals(new double[] {30, 40}, a.value().add(0).toDoubleArray());
    assertArrayEquals(new double[] {10, 20}, b.value().add(0).toDoubleArray());
  }

  @Test
  void overwrittenStateIsAnError() {
    State a = new State("a", f64(new double[] {1}));
    Tensor old = a.value().neg();
    Step.run(List.of(), List.of(new Update(a, a.value().add(1))));
    assertThrows(StateException.class, old::realise);
  }

  @Test
  void gatherNamesTheIndexItsPositionAndTheRows() {
    Tensor x = f64(new double[20]).reshape(10, 2);
    IndexException e =
        assertThrows(IndexException.class, () -> x.gather(i32(1, 0, 9, 12)).toDoubleArray());
    assertEquals(
        "gather: index 12 at position 3 of rows 0 to 9, expected a row that exists; clamp the index or add rows",
        e.getMessage());
    assertThrows(IndexException.class, () -> x.gather(i32(-1)).toDoubleArray());
    assertThrows(
        IndexException.class,
        () -> x.scatterAdd(i32(10), f64(new double[2]).reshape(1, 2)).toDoubleArray());
  }

  @Test
  void scatterAddSumsUpdatesOfTheSameRow() {
    Tensor x = f64(new double[] {1, 1, 1, 1}).reshape(2, 2);
    Tensor updates = f64(new double[] {1, 2, 10, 20, 100, 200}).reshape(3, 2);
    assertArrayEquals(
        new double[] {11, 21, 102, 203}, x.scatterAdd(i32(1, 0, 1), updates).toDoubleArray());
  }

  @Test
  void argmaxTakesTheFirstLargestAndTheFirstNan() {
    Tensor x = f64(new double[] {1, 3, 3, 2, NAN, NAN, -INF, -INF, -INF}).reshape(3, 3);
    assertArrayEquals(new int[] {1, 1, 0}, x.argmax(1).toIntArray());
    assertArrayEquals(new int[] {1, 1, 1}, x.argmax(0).toIntArray());
  }

  @Test
  void argsortIsStableBothWaysAndPutsNanLargest() {
    Tensor x = f64(new double[] {2, NAN, 1, 2, -0.0, 0.0});
    assertArrayEquals(
        new int[] {4, 5, 2, 0, 3, 1}, Tensor.apply(new Op.ArgSort(false), x).toIntArray());
    assertArrayEquals(
        new int[] {1, 0, 3, 2, 4, 5}, Tensor.apply(new Op.ArgSort(true), x).toIntArray());
  }

  @Test
  void castSaturatesTruncatesAndWraps() {
    Tensor x = f64(new double[] {-1.9, 1.9, 300, -300, 1e20, -1e20, NAN, INF});
    assertArrayEquals(
        new int[] {-1, 1, 300, -300, Integer.MAX_VALUE, Integer.MIN_VALUE, 0, Integer.MAX_VALUE},
        x.cast(DType.I32).toIntArray());
    assertArrayEquals(
        new long[] {-1, 1, 300, -300, Long.MAX_VALUE, Long.MIN_VALUE, 0, Long.MAX_VALUE},
        x.cast(DType.I64).toLongArray());
    assertArrayEquals(new byte[] {0, 1, -1, 0, -1, 0, 0, -1}, (byte[]) x.cast(DType.U8).toArray());
    assertArrayEquals(new byte[] {1, 1, 1, 1, 1, 1, 1, 1}, (byte[]) x.cast(DType.BOOL).toArray());
    assertArrayEquals(new byte[] {44, -1, 0}, (byte[]) i64(300, -1, 256).cast(DType.U8).toArray());
    assertArrayEquals(
        new int[] {1, 0}, i64(1L + (1L << 32), 1L << 40).cast(DType.I32).toIntArray());
  }

  @Test
  void integerDivisionTruncatesAndGivesZeroForZero() {
    Tensor x = i32(7, -7, 7, -7, 5, Integer.MIN_VALUE);
    Tensor y = i32(2, 2, -2, -2, 0, -1);
    assertArrayEquals(new int[] {3, -3, -3, 3, 0, Integer.MIN_VALUE}, x.div(y).toIntArray());
    assertArrayEquals(new int[] {1, 1, -1, -1, 0, 0}, x.mod(y).toIntArray());
  }

  @Test
  void integersWrap() {
    Tensor most = i32(Integer.MAX_VALUE, Integer.MIN_VALUE);
    assertArrayEquals(
        new int[] {Integer.MIN_VALUE, Integer.MIN_VALUE + 1}, most.add(1).toIntArray());
    assertArrayEquals(new int[] {-Integer.MAX_VALUE, Integer.MIN_VALUE}, most.neg().toIntArray());
    assertArrayEquals(new int[] {Integer.MAX_VALUE, Integer.MIN_VALUE}, most.abs().toIntArray());
    assertArrayEquals(
        new int[] {0x7fffffff, 1}, i32(-1, Integer.MIN_VALUE + 1).shr(i32(1, 31)).toIntArray());
    Tensor bytes = Tensor.stored(DType.U8, new byte[] {(byte) 200, 3}, Shape.of(2), DEVICE);
    assertArrayEquals(new byte[] {44, 103}, (byte[]) bytes.add(100).toArray());
    assertArrayEquals(new byte[] {100, 1}, (byte[]) bytes.div(2).toArray());
    assertArrayEquals(new byte[] {55, (byte) 252}, (byte[]) bytes.not().toArray());
    assertArrayEquals(new byte[] {(byte) 203}, (byte[]) bytes.sumKeepDims(0).toArray());
  }

  @Test
  void reductionOfNothingGivesTheNeutralElement() {
    Tensor none = f64(new double[0]).reshape(0, 2);
    assertArrayEquals(new double[] {0, 0}, none.sum(0).toDoubleArray());
    assertArrayEquals(new double[] {1, 1}, none.prod(0).toDoubleArray());
    assertArrayEquals(new double[] {-INF, -INF}, none.max(0).toDoubleArray());
    assertArrayEquals(new double[] {INF, INF}, none.min(0).toDoubleArray());
    Tensor integers = none.cast(DType.I32);
    assertArrayEquals(
        new int[] {Integer.MIN_VALUE, Integer.MIN_VALUE}, integers.max(0).toIntArray());
    assertArrayEquals(
        new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE}, integers.min(0).toIntArray());
  }

  @Test
  void maxAndMinKeepNan() {
    Tensor x = f64(new double[] {1, NAN, 3});
    assertArrayEquals(new double[] {NAN}, x.maxKeepDims(0).toDoubleArray());
    assertArrayEquals(new double[] {NAN}, x.minKeepDims(0).toDoubleArray());
    assertArrayEquals(new double[] {2, NAN, 3}, x.maximum(2).toDoubleArray());
  }

  @Test
  void dynamicWindowsAreClamped() {
    Tensor x = f64(new double[] {0, 1, 2, 3, 4, 5}).reshape(2, 3);
    assertArrayEquals(new double[] {4, 5}, x.dynamicSlice(i32(9, 2), 1, 2).toDoubleArray());
    assertArrayEquals(new double[] {0, 1}, x.dynamicSlice(i32(-1, -5), 1, 2).toDoubleArray());
    Tensor part = f64(new double[] {8, 9}).reshape(1, 2);
    assertArrayEquals(
        new double[] {0, 1, 2, 3, 8, 9}, x.dynamicUpdate(part, i32(7, 7)).toDoubleArray());
  }

  @Test
  void convolutionMatchesOneWorkedOutByHand() {
    // 3x3 image 0..8, filter of ones but for a 10 at the end, stride 2, padding 1 at the top and
    // left only
    Tensor x = f64(new double[] {0, 1, 2, 3, 4, 5, 6, 7, 8}).reshape(1, 1, 3, 3);
    Tensor w = f64(new double[] {1, 1, 1, 10}).reshape(1, 1, 2, 2);
    Window window =
        new Window(Shape.of(1, 1, 3, 3), Shape.of(1, 1, 2, 2), 2, 2, 1, 0, 1, 0, 1, 1, 1);
    Tensor y = x.conv2d(w, window);
    assertArrayEquals(new double[] {0, 1 + 20, 3 + 60, 4 + 5 + 7 + 80}, y.toDoubleArray());
    Tensor g = f64(new double[] {1, 2, 3, 4}).reshape(1, 1, 2, 2);
    Tensor gx = Tensor.apply(new Op.Conv(ConvKind.INPUT_GRADIENT, window), g, w);
    assertArrayEquals(new double[] {10, 2, 20, 3, 4, 4, 30, 4, 40}, gx.toDoubleArray());
    Tensor gw = Tensor.apply(new Op.Conv(ConvKind.WEIGHT_GRADIENT, window), x, g);
    assertArrayEquals(
        new double[] {16, 3 * 3 + 5 * 4, 2 + 7 * 4, 2 * 2 + 6 * 3 + 8 * 4}, gw.toDoubleArray());
  }

  @Test
  void groupsSplitTheChannelsOfAConvolution() {
    Tensor x = f64(new double[] {1, 2, 3, 4}).reshape(1, 4, 1, 1);
    Tensor w = f64(new double[] {1, 10, 100, 1000}).reshape(2, 2, 1, 1);
    Window window =
        new Window(Shape.of(1, 4, 1, 1), Shape.of(2, 2, 1, 1), 1, 1, 0, 0, 0, 0, 1, 1, 2);
    assertArrayEquals(new double[] {21, 4300}, x.conv2d(w, window).toDoubleArray());
  }

  @Test
  void padPutsElementsAroundAndBetween() {
    Tensor x = f64(new double[] {1, 2, 3});
    assertArrayEquals(
        new double[] {7, 1, 7, 2, 7, 3, 7, 7},
        x.pad(Ints.of(1), Ints.of(2), Ints.of(1), 7).toDoubleArray());
    Tensor none = f64(new double[0]);
    assertArrayEquals(
        new double[] {7, 7, 7}, none.pad(Ints.of(1), Ints.of(2), Ints.of(4), 7).toDoubleArray());
  }

  @Test
  void erfMatchesItsTable() {
    // Abramowitz and Stegun, table 7.1 and 7.3, and symmetry
    double[][] table = {
      {0, 0},
      {0.5, 0.5204998778130465},
      {1, 0.8427007929497149},
      {1.5, 0.9661051464753108},
      {2, 0.9953222650189527},
      {2.9, 0.9999589021219005},
      {3, 0.9999779095030014},
      {3.5, 0.9999992569016276},
      {5, 0.9999999999984626},
      {7, 1},
      {INF, 1},
      {1e-300, 1.1283791670955126e-300}
    };
    for (double[] row : table) {
      assertEquals(row[1], FloatArithmetic.erf(row[0]), 1e-15 * row[1], "erf(" + row[0] + ")");
      assertEquals(-row[1], FloatArithmetic.erf(-row[0]), 1e-15 * row[1], "erf(-" + row[0] + ")");
    }
    assertEquals(NAN, FloatArithmetic.erf(NAN));
  }

  @Test
  void flippedMovementsReadTheRightElements() {
    Tensor x = f64(new double[] {0, 1, 2, 3, 4, 5}).reshape(2, 3);
    assertArrayEquals(new double[] {2, 1, 0, 5, 4, 3}, x.flip(1).toDoubleArray());
    assertArrayEquals(new double[] {0, 3, 1, 4, 2, 5}, x.t().toDoubleArray());
    assertArrayEquals(new double[] {5, 3}, x.slice(0, 1, 2).slice(1, 2, -4, -2).toDoubleArray());
    assertArrayEquals(
        new double[] {0, 1, 2, 0, 1, 2, 3, 4, 5, 3, 4, 5},
        x.reshape(2, 1, 3).expand(2, 2, 3).toDoubleArray());
  }

  private static Tensor f64(double[] elements) {
    return Tensor.stored(DType.F64, elements, Shape.of(elements.length), DEVICE);
  }

  private static Tensor i32(int... elements) {
    return Tensor.stored(DType.I32, elements, Shape.of(elements.length), DEVICE);
  }

  private static Tensor i64(long... elements) {
    return Tensor.stored(DType.I64, elements, Shape.of(elements.length), DEVICE);
  }
}
