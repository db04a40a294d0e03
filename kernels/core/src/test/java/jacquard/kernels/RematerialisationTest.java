package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.testing.InterpretedTarget;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.reference.Value;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RematerialisationTest {
  private static final PlannedBackend BACKEND =
      new PlannedBackend(new InterpretedTarget(Device.REFERENCE));

  private static final int BLOCKS = 5;
  private static final int ROWS = 12;
  private static final int WIDTH = 8;

  /// What differs in the backward pass.
  private enum Variant {
    PLAIN,
    /// The loop on a product's rows reads what GELU gave.
    LATE_ROWS,
    /// A loop of its own does.
    LATE_LOOP,
    /// The loop that reads what GELU was given needs the weights' gradient.
    LOOP_AFTER_PRODUCT,
    /// What GELU was given is read through another view.
    TURNED,
    /// GELU's operand is multiplied by a row that nothing reads later.
    SMALL_OPERAND
  }

  private static Tensor random(int seed, int... dims) {
    Shape shape = Shape.of(dims);
    float[] x = new float[shape.arraySize()];
    Random random = new Random(seed);
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) random.nextGaussian() / 4;
    }
    return Tensor.stored(DType.F32, x, shape, Device.REFERENCE);
  }

  /// Blocks of two products with GELU in between, and something like their gradients by weights.
  private static List<Backend.Root> roots(Variant variant) {
    List<Tensor> inputs = new ArrayList<>();
    List<Tensor> before = new ArrayList<>();
    List<Tensor> after = new ArrayList<>();
    Tensor x = random(0, ROWS, WIDTH);
    for (int i = 0; i < BLOCKS; i++) {
      inputs.add(x);
      before.add(x.matmul(up(i)));
      Tensor scaled = before.get(i);
      if (variant == Variant.SMALL_OPERAND) {
        scaled = scaled.mul(random(200 + i, 1, WIDTH).matmul(up(i)));
      }
      after.add(scaled.gelu());
      x = after.get(i).matmul(down(i));
    }
    List<Tensor> results = new ArrayList<>();
    Tensor g = x.mul(0.5);
    for (int i = BLOCKS - 1; i >= 0; i--) {
      Tensor byDown = after.get(i).permute(1, 0).matmul(g);
      results.add(byDown);
      Tensor inner = g.matmul(down(i).permute(1, 0));
      if (variant == Variant.TURNED) {
        results.add(before.get(i).permute(1, 0).mul(byDown.sum(1).reshape(4 * WIDTH, 1)));
      } else {
        inner = inner.mul(before.get(i).sigmoid());
      }
      if (variant == Variant.LATE_ROWS) {
        inner = inner.mul(after.get(i));
      } else if (variant == Variant.LOOP_AFTER_PRODUCT) {
        inner = inner.mul(byDown.sum());
      }
      if (variant == Variant.LATE_LOOP) {
        results.add(inner.mul(after.get(i)).sum(0));
      }
      results.add(inputs.get(i).permute(1, 0).matmul(inner));
      g = inner.matmul(up(i).permute(1, 0));
    }
    return results.stream().map(r -> new Backend.Root(r.node(), null)).toList();
  }

  private static Tensor up(int block) {
    return random(1 + block, WIDTH, 4 * WIDTH);
  }

  private static Tensor down(int block) {
    return random(100 + block, 4 * WIDTH, WIDTH);
  }

  /// The schedule without a limit, after a run of it was compared with the reference.
  private static Schedule checked(List<Backend.Root> roots) {
    List<Value> expected = Evaluator.evaluate(roots.stream().map(Backend.Root::node).toList());
    List<Buffer> got = BACKEND.run(roots);
    for (int i = 0; i < got.size(); i++) {
      HostBuffer want = HostBuffer.allocate(DType.F32, got.get(i).size());
      expected.get(i).write(want);
      float[] found = (float[]) ((HostBuffer) got.get(i)).array();
      assertArrayEquals((float[]) want.array(), found, 1e-5f, "result " + i);
    }
    return BACKEND.scheduleHere(roots);
  }

  private static void assertKept(Variant variant) {
    List<Backend.Root> roots = roots(variant);
    String kept = ScheduleText.of(PlannedBackend.schedule(roots));
    assertEquals(kept, ScheduleText.of(checked(roots)), variant.toString());
  }

  @Test
  void whatALoopOfTheGradientCanWriteAgainIsNotKept() {
    List<Backend.Root> roots = roots(Variant.PLAIN);
    Schedule kept = PlannedBackend.schedule(roots);
    Schedule again = checked(roots);
    long hidden = 4L * ROWS * 4 * WIDTH;
    long saved = kept.arena().bytes() - again.arena().bytes();
    assertTrue(saved >= (BLOCKS - 2) * hidden, saved + " bytes of " + BLOCKS + " x " + hidden);
    assertEquals(kept.size(), again.size(), "tasks");
  }

  @Test
  void whatALaterLoopReadsIsKept() {
    assertKept(Variant.LATE_ROWS);
    assertKept(Variant.LATE_LOOP);
  }

  @Test
  void aLoopThatHasToWaitForTheReaderWritesNothingAgain() {
    assertKept(Variant.LOOP_AFTER_PRODUCT);
  }

  @Test
  void nothingMoreIsReadOrKeptForIt() {
    assertKept(Variant.TURNED);
    assertKept(Variant.SMALL_OPERAND);
  }
}
