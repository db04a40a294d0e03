package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.testing.OnReference;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(OnReference.class)
class ConversionTest {

  @Test
  void nestedArraysGiveTheirShape() {
    float[][] matrix = {{1, 2, 3}, {4, 5, 6}};
    Tensor x = Tensor.ofNested(matrix);
    assertEquals("f32[2, 3]@reference", x.toString());
    assertArrayEquals(matrix, (float[][]) x.toNestedArray());
    assertArrayEquals(new float[][] {{1, 4}, {2, 5}, {3, 6}}, (float[][]) x.t().toNestedArray());
  }

  @Test
  void nestedArraysOfEveryElementType() {
    assertRoundTrip(DType.F64, new double[][][] {{{1, 2}}, {{3, 4}}});
    assertRoundTrip(DType.I32, new int[] {1, -2});
    assertRoundTrip(DType.I64, new long[][] {{Long.MAX_VALUE}});
    assertRoundTrip(DType.U8, new byte[][] {{-1, 0}});
    assertRoundTrip(DType.BOOL, new boolean[][] {{true}, {false}});
    assertRoundTrip(DType.F32, new float[2][0]);
    assertRoundTrip(DType.F32, new float[0][]);
  }

  private static void assertRoundTrip(DType dtype, Object nested) {
    Tensor x = Tensor.ofNested(nested);
    assertEquals(dtype, x.dtype());
    assertArrayEquals(new Object[] {nested}, new Object[] {x.toNestedArray()});
  }

  @Test
  void nestedArraysMustBeRegularAndOfADType() {
    assertError(
        "ofNested: an array of 1 on axis 1, expected 2 elements as in the first",
        () -> Tensor.ofNested(new float[][] {{1, 2}, {3}}));
    assertError(
        "ofNested: null on axis 1, expected 2 elements as in the first",
        () -> Tensor.ofNested(new float[][] {{1, 2}, null}));
    assertError(
        "ofNested: java.lang.String[], expected an array of float, double, int, long, byte or boolean",
        () -> Tensor.ofNested(new String[] {"1"}));
    assertError(
        "ofNested: java.lang.Integer, expected an array of float, double, int, long, byte or boolean",
        () -> Tensor.ofNested(1));
    assertError(
        "toNestedArray: a scalar has no axes; use item()", () -> Tensor.of(1).toNestedArray());
  }

  @Test
  void arraysAreCopiedBothWays() {
    float[] elements = {1, 2};
    Tensor x = Tensor.of(elements, 2);
    elements[0] = 9;
    x.toFloatArray()[1] = 9;
    assertArrayEquals(new float[] {1, 2}, x.toFloatArray());
  }

  @Test
  void truthsAreBytes() {
    Tensor x = Tensor.of(new boolean[] {true, false, true}, 3);
    assertArrayEquals(new byte[] {1, 0, 1}, (byte[]) x.toArray());
    assertArrayEquals(new boolean[] {true, false, true}, x.toBooleanArray());
    assertArrayEquals(new byte[] {-1}, Tensor.of(new byte[] {-1}, 1).toByteArray());
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void memoryRoundTripsAtAnyAlignment(DType dtype) {
    Tensor x = Tensor.arange(6).sub(2).cast(dtype).reshape(2, 3);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(6L * dtype.bytes() + 1).asSlice(1);
      x.t().copyTo(memory);
      Tensor y = Tensor.of(memory, dtype, 3, 2);
      assertArrayEquals(new Object[] {x.t().toNestedArray()}, new Object[] {y.toNestedArray()});
    }
  }

  @Test
  void memoryIsLittleEndian() {
    byte[] bytes = new byte[8];
    Tensor.of(new int[] {0x01020304, -2}, 2).copyTo(MemorySegment.ofArray(bytes));
    assertArrayEquals(new byte[] {4, 3, 2, 1, -2, -1, -1, -1}, bytes);
    Tensor one =
        Tensor.of(MemorySegment.ofArray(new byte[] {0, 0, (byte) 0x80, 0x3f}), DType.F32, 1);
    assertEquals(1, one.item());
    Tensor truth = Tensor.of(MemorySegment.ofArray(new byte[] {0, 1, 7}), DType.BOOL, 3);
    assertArrayEquals(new byte[] {0, 1, 1}, (byte[]) truth.toArray());
  }

  @Test
  void memoryMustFit() {
    MemorySegment seven = MemorySegment.ofArray(new byte[7]);
    assertError(
        "of: memory of 7 bytes for f32[2], expected 8", () -> Tensor.of(seven, DType.F32, 2));
    assertError(
        "copyTo: memory of 7 bytes for f32[2], expected 8 or more",
        () -> {
          Tensor.zeros(2).copyTo(seven);
          return Tensor.zeros(2);
        });
  }

  @Test
  void itemReadsOneElementOfAnyDType() {
    assertEquals(255, Tensor.of(new byte[] {-1}, 1, 1).item());
    assertEquals(1, Tensor.of(new boolean[] {true}).item());
    assertError("item: shape [2], expected one element", () -> Tensor.of(Tensor.zeros(2).item()));
  }

  @Test
  void typedArraysWantTheirDType() {
    assertError(
        "toFloatArray: the tensor is i32, expected f32; cast it, or use toArray()",
        () -> Tensor.of(Tensor.arange(2).toFloatArray(), 2));
    assertError(
        "toBooleanArray: the tensor is u8, expected bool; cast it, or use toArray()",
        () -> Tensor.of(Tensor.zeros(DType.U8, 2).toBooleanArray(), 2));
  }

  @Test
  void movingToTheSameDeviceIsTheTensor() {
    Tensor x = Tensor.zeros(2);
    assertSame(x, x.to(Device.REFERENCE));
  }

  @Test
  void movingToAnUnknownDeviceFails() {
    Tensor x = Tensor.arange(3).mul(2);
    assertThrows(DeviceException.class, () -> x.to(new Device("reference", 1)));
    assertThrows(DeviceException.class, () -> x.to(new Device("abacus", 0)));
    assertArrayEquals(new int[] {0, 2, 4}, x.toIntArray());
  }

  private static void assertError(String message, Supplier<Object> call) {
    assertEquals(message, assertThrows(TensorException.class, call::get).getMessage());
  }
}
