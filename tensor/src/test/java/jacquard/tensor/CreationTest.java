package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.testing.OnReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(OnReference.class)
class CreationTest {

  @ParameterizedTest
  @EnumSource(DType.class)
  void zerosAndOnesOfEveryDType(DType dtype) {
    for (int value = 0; value < 2; value++) {
      Tensor x = value == 0 ? Tensor.zeros(dtype, 2, 3) : Tensor.ones(dtype, 2, 3);
      assertEquals(dtype, x.dtype());
      assertEquals(Shape.of(2, 3), x.shape());
      assertEquals(6 * value, x.cast(DType.I32).sum().item());
      Tensor like = value == 0 ? Tensor.zerosLike(x) : Tensor.onesLike(x);
      assertEquals(x.toString(), like.toString());
      assertTrue(like.eq(x).all().toBooleanArray()[0]);
    }
  }

  @Test
  void fullTakesAnyValue() {
    assertArrayEquals(new float[] {2.5f, 2.5f}, Tensor.full(2.5, 2).toFloatArray());
    assertArrayEquals(new int[] {-7, -7}, Tensor.full(DType.I32, -7, 2).toIntArray());
    assertArrayEquals(
        new double[] {0.1}, Tensor.fullLike(Tensor.zeros(DType.F64, 1), 0.1).toDoubleArray());
    assertEquals(0, Tensor.full(1, 0, 3).size());
  }

  @Test
  void scalarsHaveNoAxes() {
    assertEquals("f32[]@reference", Tensor.scalar(1.5).toString());
    assertEquals(1.5, Tensor.scalar(1.5).item());
    assertEquals(Long.MIN_VALUE, Tensor.scalar(DType.I64, Long.MIN_VALUE).toLongArray()[0]);
    assertEquals(0.1, Tensor.scalar(DType.F64, 0.1).item());
  }

  @Test
  void arangeCountsLikeNumPy() {
    assertArrayEquals(new int[] {0, 1, 2}, Tensor.arange(3).toIntArray());
    assertArrayEquals(new int[] {2, 5, 8}, Tensor.arange(2, 9, 3).toIntArray());
    assertArrayEquals(new int[] {9, 6, 3}, Tensor.arange(9, 2, -3).toIntArray());
    assertArrayEquals(new int[] {}, Tensor.arange(2, 2, 1).toIntArray());
    assertArrayEquals(new int[] {}, Tensor.arange(2, 9, -1).toIntArray());
    assertArrayEquals(
        new int[] {Integer.MIN_VALUE, 0},
        Tensor.arange(Integer.MIN_VALUE, Integer.MAX_VALUE, 1 << 30)
            .slice(0, 0, 4, 2)
            .toIntArray());
    assertArrayEquals(
        new double[] {0, 0.25, 0.5, 0.75}, Tensor.arange(DType.F64, 0, 1, 0.25).toDoubleArray());
    assertArrayEquals(new float[] {1, 0.5f}, Tensor.arange(DType.F32, 1, 0, -0.5).toFloatArray());
  }

  @Test
  void linspaceEndsExactly() {
    for (int n : new int[] {2, 3, 7, 100, 1001}) {
      double[] x = Tensor.linspace(DType.F64, -0.1, 0.7, n).toDoubleArray();
      assertEquals(n, x.length);
      assertEquals(-0.1, x[0]);
      assertEquals(0.7, x[n - 1]);
      for (int i = 0; i < n; i++) {
        assertEquals(-0.1 + 0.8 * i / (n - 1), x[i], 1e-15);
      }
    }
    assertArrayEquals(new float[] {3}, Tensor.linspace(3, 4, 1).toFloatArray());
    assertArrayEquals(new float[] {}, Tensor.linspace(3, 4, 0).toFloatArray());
  }

  @Test
  void eyeHasOnesOnTheDiagonal() {
    assertArrayEquals(new float[] {1, 0, 0, 1}, Tensor.eye(2).toFloatArray());
    assertArrayEquals(new int[] {1, 0, 0, 0, 1, 0}, Tensor.eye(DType.I32, 2, 3).toIntArray());
    assertArrayEquals(new boolean[] {true, false}, Tensor.eye(DType.BOOL, 2, 1).toBooleanArray());
  }

  @Test
  void joiningOnTensorTakesArraysAndLists() {
    Tensor a = Tensor.of(new int[] {1, 2}, 2);
    Tensor b = Tensor.of(new int[] {3, 4}, 2);
    assertArrayEquals(new int[] {1, 2, 3, 4}, Tensor.concat(0, a, b).toIntArray());
    assertArrayEquals(
        new int[] {1, 2, 3, 4}, Tensor.concat(-1, java.util.List.of(a, b)).toIntArray());
    assertArrayEquals(new int[] {1, 3, 2, 4}, Tensor.stack(1, a, b).toIntArray());
    assertEquals(Shape.of(2, 2), Tensor.stack(0, java.util.List.of(a, b)).shape());
    assertArrayEquals(
        new int[] {1, 4},
        Tensor.where(Tensor.of(new boolean[] {true, false}, 2), a, b).toIntArray());
  }
}
