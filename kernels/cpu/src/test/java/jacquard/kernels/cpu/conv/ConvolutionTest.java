package jacquard.kernels.cpu.conv;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Gemm;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import jdk.incubator.vector.FloatVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The three forms against plain loops in double precision.
class ConvolutionTest {
  private static final WorkerPool ONE = new WorkerPool(1);
  private static final WorkerPool TWO = new WorkerPool(2);
  private static final WorkerPool THREE = new WorkerPool(3);

  @AfterAll
  static void closePools() {
    ONE.close();
    TWO.close();
    THREE.close();
  }

  private static boolean fits(VectorWidth width) {
    return width.bits() <= FloatVector.SPECIES_PREFERRED.vectorBitSize();
  }

  private static Convolution vectors(VectorWidth width) {
    return new Convolution(ONE, new KernelTable(width, true));
  }

  private static final ConvShape[] SHAPES = {
    ConvShape.of(2, 3, 6, 5, 4, 3, 1, 1),
    ConvShape.of(1, 1, 1, 1, 1, 1, 1, 0),
    ConvShape.of(3, 5, 7, 7, 7, 1, 1, 0),
    ConvShape.of(3, 5, 7, 8, 7, 1, 2, 0),
    ConvShape.of(2, 4, 14, 14, 9, 3, 1, 1),
    ConvShape.of(2, 1, 28, 28, 8, 4, 2, 1),
    ConvShape.of(5, 8, 14, 14, 6, 4, 2, 1),
    ConvShape.of(3, 6, 14, 14, 5, 3, 2, 1),
    ConvShape.of(2, 3, 13, 11, 5, 5, 3, 2),
    ConvShape.of(2, 3, 9, 9, 5, 2, 3, 0),
    ConvShape.of(1, 2, 5, 40, 3, 3, 1, 0),
    ConvShape.of(9, 3, 3, 3, 13, 3, 1, 1),
    ConvShape.of(17, 2, 1, 1, 3, 1, 1, 0),
    ConvShape.of(2, 3, 4, 4, 2, 3, 1, 4),
    // uneven padding, dilation, filters that are not square
    new ConvShape(2, 3, 8, 9, 4, 8, 9, 3, 2, 1, 1, 2, 0, 1, 1, 1),
    new ConvShape(2, 3, 9, 9, 4, 5, 5, 3, 3, 1, 1, 0, 0, 2, 2, 1),
    new ConvShape(2, 3, 11, 9, 4, 5, 3, 2, 3, 2, 3, 1, 2, 3, 2, 1),
    new ConvShape(1, 2, 6, 6, 3, 2, 2, 2, 2, 4, 4, 0, 0, 1, 1, 1),
    // the result leaves rows of the image unread, and reaches beyond its padding
    new ConvShape(1, 2, 9, 9, 3, 3, 4, 3, 3, 2, 2, 0, 1, 1, 1, 1),
    // groups, up to one channel each
    new ConvShape(2, 6, 7, 7, 4, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 2),
    new ConvShape(2, 4, 7, 7, 4, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 4),
    new ConvShape(2, 4, 7, 7, 8, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 4),
  };

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void allShapesAgreeWithPlainLoops(VectorWidth width) {
    if (fits(width)) {
      Convolution vector = vectors(width);
      Convolution tiered = new Convolution(THREE, width);
      for (ConvShape shape : SHAPES) {
        new ConvCase(shape, 1).check(vector);
        new ConvCase(shape, 2).check(tiered);
      }
    } else {
      Convolution vector = vectors(width);
      new ConvCase(ConvShape.of(2, 2, 4, 5, 3, 3, 1, 1), 1).check(vector);
      new ConvCase(ConvShape.of(2, 2, 5, 5, 17, 3, 2, 1), 1).check(vector);
      new ConvCase(new ConvShape(2, 4, 4, 4, 4, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 2), 1).check(vector);
    }
  }

  /// Batches that fill rows of 32, 16 or 8 images, or nearly.
  private static final ConvShape[] BATCHES = {
    ConvShape.of(32, 3, 6, 5, 4, 3, 1, 1),
    ConvShape.of(16, 17, 3, 4, 5, 3, 1, 1),
    ConvShape.of(59, 4, 7, 7, 15, 4, 2, 1),
    ConvShape.of(30, 40, 5, 5, 29, 3, 2, 1),
    ConvShape.of(64, 16, 4, 4, 16, 4, 2, 1),
    ConvShape.of(27, 1, 9, 8, 3, 3, 1, 1),
    ConvShape.of(15, 1, 9, 8, 1, 5, 3, 2),
    ConvShape.of(31, 33, 2, 3, 2, 1, 1, 0),
    ConvShape.of(28, 2, 5, 5, 3, 2, 3, 0),
    // few channels, whose input gradient sums along lines of taps
    ConvShape.of(32, 1, 12, 11, 7, 4, 2, 1),
    ConvShape.of(29, 2, 9, 8, 5, 3, 1, 1),
    ConvShape.of(32, 1, 8, 9, 3, 2, 3, 0),
    ConvShape.of(16, 1, 3, 2, 3, 4, 1, 4),
    new ConvShape(32, 1, 9, 9, 3, 3, 3, 3, 3, 2, 2, 0, 1, 3, 1, 1),
    // the same in parts: several bands of lines, the last panel of which is moved left
    ConvShape.of(15, 1, 33, 30, 40, 5, 1, 2),
    new ConvShape(16, 2, 61, 20, 60, 30, 19, 3, 2, 2, 1, 1, 0, 1, 1, 1),
    new ConvShape(13, 3, 20, 70, 7, 11, 23, 2, 3, 2, 3, 2, 1, 3, 2, 1),
    // taps that no pixel meets
    ConvShape.of(32, 16, 1, 2, 3, 3, 1, 1),
    ConvShape.of(32, 2, 2, 2, 2, 3, 1, 4),
    ConvShape.of(32, 20, 2, 2, 2, 3, 1, 4),
    new ConvShape(32, 3, 8, 9, 4, 8, 9, 3, 2, 1, 1, 2, 0, 1, 1, 1),
    new ConvShape(30, 16, 11, 9, 4, 5, 3, 2, 3, 2, 3, 1, 2, 3, 2, 1),
    new ConvShape(32, 2, 6, 6, 3, 2, 2, 2, 2, 4, 4, 0, 0, 1, 1, 1),
    new ConvShape(32, 17, 9, 9, 3, 3, 4, 3, 3, 2, 2, 0, 1, 1, 1, 1),
    new ConvShape(32, 6, 7, 7, 4, 7, 7, 3, 3, 1, 1, 1, 1, 1, 1, 2),
    new ConvShape(32, 34, 4, 4, 6, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 2),
    new ConvShape(31, 4, 7, 7, 4, 4, 4, 3, 3, 2, 2, 1, 1, 1, 1, 4),
    // longer than a part of a sum, forwards, backwards and in the weight gradient
    ConvShape.of(32, 400, 2, 2, 3, 1, 1, 0),
    ConvShape.of(32, 3, 2, 2, 400, 1, 1, 0),
    ConvShape.of(32, 60, 6, 6, 50, 3, 1, 1),
  };

  @ParameterizedTest
  @EnumSource(VectorWidth.class)
  void batchesAgreeWithPlainLoops(VectorWidth width) {
    if (fits(width)) {
      Convolution vector = vectors(width);
      Convolution tiered = new Convolution(THREE, width);
      for (ConvShape shape : BATCHES) {
        ConvCase batch = new ConvCase(shape, 1);
        batch.check(vector);
        batch.check(tiered);
      }
    }
  }

  @Test
  void longSumsAreCutIntoBlocks() {
    new ConvCase(ConvShape.of(2, 50, 9, 9, 10, 3, 1, 1), 1).check(vectors(VectorWidth.BITS_256));
    new ConvCase(ConvShape.of(2, 10, 9, 9, 50, 3, 1, 1), 1).check(vectors(VectorWidth.BITS_256));
    new ConvCase(ConvShape.of(1, 3, 30, 30, 5, 3, 1, 1), 1).check(vectors(VectorWidth.BITS_256));
  }

  @Test
  void randomGeometryAgreesWithPlainLoops() {
    Random random = new Random(20);
    Convolution vector = vectors(VectorWidth.BITS_256);
    for (int i = 0; i < 150; i++) {
      int groups = 1 + random.nextInt(3);
      int kh = 1 + random.nextInt(4);
      int kw = 1 + random.nextInt(4);
      int h = 1 + random.nextInt(9);
      int w = 1 + random.nextInt(20);
      ConvShape shape =
          new ConvShape(
              1 + random.nextInt(4),
              groups * (1 + random.nextInt(5)),
              h,
              w,
              groups * (1 + random.nextInt(8)),
              1 + random.nextInt(h + 2),
              1 + random.nextInt(w + 2),
              kh,
              kw,
              1 + random.nextInt(3),
              1 + random.nextInt(3),
              random.nextInt(3),
              random.nextInt(4),
              1 + random.nextInt(2),
              1 + random.nextInt(3),
              groups);
      new ConvCase(shape, i).check(vector);
    }
  }

  @Test
  void emptySizesGiveZerosOrNothing() {
    Convolution convolution = vectors(VectorWidth.BITS_256);
    new ConvCase(ConvShape.of(0, 2, 4, 4, 3, 3, 1, 1), 1).check(convolution);
    new ConvCase(new ConvShape(2, 0, 4, 4, 3, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1), 1)
        .check(convolution);
    new ConvCase(new ConvShape(2, 2, 4, 4, 0, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 1), 1)
        .check(convolution);
    new ConvCase(new ConvShape(2, 2, 4, 4, 3, 0, 4, 3, 3, 1, 1, 0, 0, 1, 1, 1), 1)
        .check(convolution);
    new ConvCase(new ConvShape(2, 2, 0, 4, 3, 2, 4, 3, 3, 1, 1, 2, 1, 1, 1, 1), 1)
        .check(convolution);
    new ConvCase(new ConvShape(2, 2, 4, 4, 3, 2, 4, 0, 3, 1, 1, 0, 1, 1, 1, 1), 1)
        .check(convolution);
  }

  @Test
  void threadsAndTiersGiveTheSameBits() {
    ConvShape[] shapes = {
      ConvShape.of(5, 16, 14, 14, 20, 3, 1, 1),
      ConvShape.of(7, 8, 14, 14, 16, 4, 2, 1),
      ConvShape.of(3, 1, 28, 28, 16, 4, 2, 1),
      ConvShape.of(1, 8, 28, 28, 16, 3, 1, 1),
      ConvShape.of(32, 20, 9, 8, 40, 3, 1, 1),
      ConvShape.of(30, 17, 8, 8, 30, 4, 2, 1),
      ConvShape.of(16, 1, 12, 12, 16, 4, 2, 1),
      ConvShape.of(15, 2, 33, 30, 40, 3, 1, 2),
      // fewer products than taps
      ConvShape.of(30, 32, 8, 8, 32, 3, 1, 1),
      ConvShape.of(16, 64, 10, 8, 64, 4, 2, 1),
      // bands of an image, and of two, shared out
      ConvShape.of(1, 2, 90, 88, 40, 3, 1, 1),
      ConvShape.of(2, 1, 101, 90, 64, 5, 2, 2),
    };
    for (ConvShape shape : shapes) {
      ConvCase data = new ConvCase(shape, 3);
      Convolution one = vectors(VectorWidth.BITS_256);
      for (WorkerPool pool : new WorkerPool[] {ONE, TWO, THREE}) {
        Convolution other = new Convolution(pool, VectorWidth.BITS_256);
        assertArrayEquals(data.forwardF32(one), data.forwardF32(other));
        assertArrayEquals(data.inputGradientF32(one), data.inputGradientF32(other));
        assertArrayEquals(data.weightGradientF32(one), data.weightGradientF32(other));
      }
    }
  }

  /// Compiled code is different code: the same checks once more when the vector kernels run at full
  /// speed, at the width that users have.
  @Test
  void compiledKernelsAgreeWithPlainLoops() {
    VectorWidth width = VectorWidth.preferred();
    Convolution convolution = new Convolution(ONE, width);
    List<ConvCase> cases = new ArrayList<>();
    for (ConvShape shape : SHAPES) {
      for (int repeat = 0; repeat < 5; repeat++) {
        cases.add(new ConvCase(shape, repeat));
      }
    }
    for (ConvShape shape : BATCHES) {
      cases.add(new ConvCase(shape, 1));
    }
    for (int round = 0; round < 2; round++) {
      for (ConvCase data : cases) {
        data.check(convolution);
      }
      assertTrue(new Gemm(ONE, width).warm(Element.F32, Duration.ofMinutes(2)));
    }
  }

  @Test
  void badShapesAreRefused() {
    Convolution convolution = vectors(VectorWidth.BITS_256);
    ConvShape shape = ConvShape.of(1, 2, 4, 4, 3, 3, 1, 1);
    assertThrows(
        IndexOutOfBoundsException.class,
        () -> convolution.forward(shape, new float[31], 0, new float[54], 0, new float[48], 0));
    assertThrows(
        IndexOutOfBoundsException.class,
        () ->
            convolution.weightGradient(
                shape, new float[32], 0, new float[48], 0, new float[54], 1));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ConvShape(1, 3, 4, 4, 3, 4, 4, 3, 3, 1, 1, 1, 1, 1, 1, 2));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ConvShape(1, 3, 4, 4, 3, 4, 4, 3, 3, 0, 1, 1, 1, 1, 1, 1));
  }
}
