package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import jacquard.tensor.testing.OnReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// Expected texts of numbers are those of NumPy 2.4 after `numpy.set_printoptions(precision=4)`.
@ExtendWith(OnReference.class)
class TensorTextTest {
  private static String floats(double... x) {
    float[] elements = new float[x.length];
    for (int i = 0; i < x.length; i++) {
      elements[i] = (float) x[i];
    }
    return Tensor.of(elements, x.length).toText();
  }

  private static String doubles(double... x) {
    return Tensor.of(x, x.length).toText();
  }

  @Test
  void floatsHaveFourDigitsAndAlignAtThePoint() {
    assertEquals("[1. 2. 3.]", floats(1, 2, 3));
    assertEquals("[ 1.      0.5    -3.1416]", floats(1, 0.5, -Math.PI));
    assertEquals("[0.1    0.25   0.3333]", floats(0.1, 0.25, 1 / 3.0));
    assertEquals("[ 0.  -0.   0.1]", floats(0, -0.0, 0.1));
    assertEquals("[9.9999 1.    ]", doubles(9.99994, 1));
    assertEquals("[10.  1.]", doubles(9.99996, 1));
  }

  @Test
  void matricesNest() {
    assertEquals(
        """
        [[1.     0.5   ]
         [3.1416 2.    ]]\
        """,
        Tensor.ofNested(new double[][] {{1, .5}, {Math.PI, 2}}).toText());
    assertEquals(
        """
        [[[ 0  1  2]
          [ 3  4  5]]

         [[ 6  7  8]
          [ 9 10 11]]]\
        """,
        Tensor.arange(12).reshape(2, 2, 3).toText());
  }

  @Test
  void wideRangesAreScientific() {
    assertEquals("[1.e-05 1.e+00 1.e+05]", floats(1e-5, 1, 1e5));
    assertEquals("[123456.79   1000.5 ]", floats(123456.789, 1000.5));
    assertEquals("[1.0000e+09 1.0000e+00 5.4321e-01]", doubles(9.99996e8, 1, 0.54321));
    assertEquals("[1.e+100 1.e+000]", doubles(1e100, 1));
    assertEquals("[99999999.  1000000.]", doubles(99999999, 1e6));
    assertEquals("[1.6777e+07 1.6777e+07]", floats(16777216, 16777216));
  }

  @Test
  void specialValuesAreNamed() {
    assertEquals(
        "[ nan   1.  inf -inf]",
        floats(Double.NaN, 1, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY));
    assertEquals("[nan inf]", floats(Double.NaN, Double.POSITIVE_INFINITY));
    assertEquals("[1.e+100     nan    -inf]", doubles(1e100, Double.NaN, Double.NEGATIVE_INFINITY));
  }

  @Test
  void wholeNumbersAndTruthsAlignRight() {
    assertEquals("[-1  0 10]", Tensor.of(new int[] {-1, 0, 10}, 3).toText());
    assertEquals("[255   0]", Tensor.of(new byte[] {-1, 0}, 2).toText());
    assertEquals("[[ true false]]", Tensor.of(new boolean[] {true, false}, 1, 2).toText());
    assertEquals("[true true]", Tensor.ones(DType.BOOL, 2).toText());
  }

  @Test
  void scalarsHaveNoBracketsAndEmptyTensorsNoElements() {
    assertEquals("3.5", Tensor.of(3.5).toText());
    assertEquals("-2", Tensor.scalar(DType.I32, -2L).toText());
    assertEquals("nan", Tensor.of(Double.NaN).toText());
    assertEquals("[]", Tensor.zeros(0, 4).toText());
    assertEquals("[]", Tensor.zeros(2, 0).toText());
    assertEquals("[[[0.]]]", Tensor.zeros(1, 1, 1).toText());
  }

  @Test
  void longLinesWrapUnderTheFirstElement() {
    assertEquals(
        """
        [ 0  1  2  3  4  5  6  7  8  9 10 11 12 13 14 15 16 17 18 19 20 21 22 23
         24 25 26 27 28 29]\
        """,
        Tensor.arange(30).toText());
  }

  @Test
  void manyElementsAreSummarised() {
    assertEquals("[   0    1    2 ...  998  999 1000]", Tensor.arange(1001).toText());
    assertEquals(
        """
        [[   0    1    2 ...   47   48   49]
         [  50   51   52 ...   97   98   99]
         [ 100  101  102 ...  147  148  149]
         ...
         [1850 1851 1852 ... 1897 1898 1899]
         [1900 1901 1902 ... 1947 1948 1949]
         [1950 1951 1952 ... 1997 1998 1999]]\
        """,
        Tensor.arange(2000).reshape(40, 50).toText());
    // only elements that are shown decide the format
    assertEquals(
        "[0. 0. 0. ... 0. 0. 0.]",
        Tensor.concat(0, Tensor.zeros(600), Tensor.full(1e9, 1), Tensor.zeros(600)).toText());
    assertFalse(Tensor.arange(1000).toText().contains("..."));
  }

  @Test
  void toStringIsTheType() {
    assertEquals("f32[2, 3]@reference", Tensor.zeros(2, 3).toString());
  }
}
