package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.UnaryKind;
import jacquard.tensor.testing.OnReference;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@ExtendWith(OnReference.class)
class HalfTest {

  @ParameterizedTest
  @EnumSource(names = {"F16", "BF16"})
  void everyNumberOfAFormatIsItself(DType dtype) {
    for (int bits = 0; bits < 1 << 16; bits++) {
      float x = Half.value(dtype, (short) bits);
      if (Float.isNaN(x)) {
        assertTrue(Float.isNaN(Half.round(dtype, x)));
      } else {
        assertEquals((short) bits, Half.bits(dtype, x), dtype + " " + x);
      }
    }
  }

  @Test
  void tiesGoToTheEvenNeighbour() {
    assertEquals(1, Half.round(DType.BF16, 1 + 0x1p-8f));
    assertEquals(1 + 0x1p-6f, Half.round(DType.BF16, 1 + 0x1.8p-7f));
    assertEquals(1, Half.round(DType.F16, 1 + 0x1p-11f));
    assertEquals(0x1p-24f, Half.round(DType.F16, 0x1.8p-25f));
    assertEquals(Float.POSITIVE_INFINITY, Half.round(DType.F16, 65520));
    assertEquals(65504, Half.round(DType.F16, 65519));
    assertEquals(Float.NEGATIVE_INFINITY, Half.round(DType.BF16, -Float.MAX_VALUE));
  }

  @Test
  void arithmeticIsRoundedAtEachOperation() {
    Tensor x = Tensor.of(256).cast(DType.BF16);
    Tensor once = x.add(1).add(1);
    assertEquals("bf16[]@reference", once.toString());
    // 257 is a tie and goes down to 256, twice
    assertEquals(256, once.item());
    assertEquals(258, x.add(2).item());
  }

  @Test
  void sumsAreAddedInF32() {
    Tensor ones = Tensor.ones(DType.BF16, 1000);
    assertEquals(1000, ones.sum().item());
    Tensor row = Tensor.ones(DType.BF16, 1, 257);
    assertEquals(256, row.matmul(row.t()).item());
    Tensor wide = row.matmulWide(row.t());
    assertEquals(DType.F32, wide.dtype());
    assertEquals(257, wide.item());
  }

  @Test
  void attentionIsRoundedUnlessItIsWide() {
    Tensor x = Tensor.ones(DType.F16, 3, 1, 2);
    assertEquals(DType.F16, x.attention(x, x, true).dtype());
    assertEquals(DType.F32, x.attentionWide(x, x, true).dtype());
    assertEquals(
        "attention: dtypes f16 and f32, expected equal; cast one of them",
        assertThrows(DTypeException.class, () -> x.attention(x, Tensor.ones(3, 1, 2), true))
            .getMessage());
  }

  @Test
  void hostArraysAreFloatsAndMemoryIs16Bits() {
    Tensor x = Tensor.stored(DType.F16, new float[] {1, 0.1f}, Shape.of(2), Device.REFERENCE);
    assertArrayEquals(new float[] {1, 0x1.998p-4f}, x.toFloatArray());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment memory = arena.allocate(4);
      x.copyTo(memory);
      assertEquals((short) 0x3c00, memory.get(ValueLayout.JAVA_SHORT, 0));
      Tensor back = Tensor.of(memory, DType.F16, 2);
      assertArrayEquals(x.toFloatArray(), back.toFloatArray());
    }
  }

  @Test
  void anotherFloatDTypeIsRefused() {
    Tensor x = Tensor.ones(DType.BF16, 2);
    assertEquals(
        "add: dtypes bf16 and f32, expected equal; cast one of them",
        assertThrows(DTypeException.class, () -> x.add(Tensor.ones(2))).getMessage());
    assertEquals(
        "rand: not defined for f16, expected f32 or f64",
        assertThrows(DTypeException.class, () -> Tensor.rand(DType.F16, Key.of(1), 2))
            .getMessage());
  }

  @Test
  void noNodeComputesInThem() {
    Tensor x = Tensor.ones(DType.F16, 2);
    assertEquals(
        "exp: no node computes in f16; cast to f32, as Tensor.apply does",
        assertThrows(DTypeException.class, () -> Node.of(Op.Unary.of(UnaryKind.EXP), x.node()))
            .getMessage());
  }
}
