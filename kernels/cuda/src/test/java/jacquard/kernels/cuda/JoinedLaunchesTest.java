package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Listing;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.testing.RandomGraph;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Launches of several calls, emulated.
class JoinedLaunchesTest {
  private static final int GRAPHS = 8;
  private static final int STEPS = 25;

  @TempDir Path folder;

  private static Tensor stored(long seed, int... dims) {
    Shape shape = Shape.of(dims);
    SplittableRandom random = new SplittableRandom(seed);
    float[] values = new float[shape.arraySize()];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextInt(-16, 17) / 8f;
    }
    return Tensor.stored(DType.F32, values, shape, Device.REFERENCE);
  }

  /// Sums over rows by groups, sums over rows by items, maps, and products in parts: each of
  /// several sizes, from less than a group to several.
  private static List<Tensor> results() {
    List<Tensor> results = new ArrayList<>();
    int[] sizes = {2, 5, 64, 200, 1025, 3};
    for (int i = 0; i < sizes.length; i++) {
      results.add(stored(i, sizes[i], 300).sum(-1));
      results.add(stored(10 + i, sizes[i], 7).sum(-1));
      results.add(stored(20 + i, sizes[i]).mul(3).add(1));
    }
    for (int more : new int[] {0, 776}) {
      // an item has several elements, which lie apart by the items of its call
      results.add(stored(50 + more, (1 << 20) + more).mul(3).add(1));
    }
    for (int i = 0; i < 3; i++) {
      // in parts, which have places of their own
      results.add(stored(60 + i, 20000 + 1024 * i).sum());
      results.add(stored(30 + i, 3 + i, 1100).matmul(stored(40 + i, 1100, 9)));
    }
    return results;
  }

  @Test
  void callsOfOneKernelAreOneLaunch() throws IOException, InterruptedException {
    List<Tensor> results = results();
    Emulator emulator = new Emulator(KernelOrderTest.PLAIN);
    emulator.add(
        results,
        plan -> {
          // the parts of products share their memory
          long parts =
              plan.listing().launches().stream()
                  .filter(p -> p.call().entry().matches("(product|parts)_.*"))
                  .count();
          assertEquals(6, parts);
          assertEquals(6 + parts, plan.listing().launches().size());
          return true;
        });
    ByteBuffer bytes = emulator.run(folder, KernelOrderTest.PLAIN::program).getFirst();
    int at = 0;
    for (Tensor result : results) {
      for (double x : Evaluator.evaluate(List.of(result.node())).getFirst().toDoubles()) {
        assertEquals(x, bytes.getFloat(4 * at++), result::toString);
      }
    }
    assertEquals(4 * at, bytes.capacity());
  }

  @Test
  void randomGraphsGiveTheSameBitsJoinedAndAlone() throws IOException, InterruptedException {
    Emulator emulator = new Emulator(KernelOrderTest.PLAIN);
    for (long seed = 1; emulator.size() < GRAPHS; seed++) {
      List<Tensor> outputs =
          new RandomGraph(seed, STEPS)
              .on(Device.REFERENCE).stream().map(RandomGraph.Output::tensor).toList();
      emulator.add(outputs, plan -> plan.joins() && isPlain(plan.listing()));
    }
    Path one = Files.createDirectory(folder.resolve("alone"));
    List<ByteBuffer> alone = emulator.run(one, KernelOrderTest.PLAIN::program, Emulator::alone);
    List<ByteBuffer> joined = emulator.run(folder, KernelOrderTest.PLAIN::program);
    for (int i = 0; i < GRAPHS; i++) {
      assertTrue(alone.get(i).capacity() > 0);
      assertEquals(-1, alone.get(i).mismatch(joined.get(i)), "graph " + i);
    }
  }

  /// Halves are converted by PTX.
  private static boolean isPlain(Listing listing) {
    return listing.kernels().values().stream().noneMatch(text -> text.contains("F16_"));
  }
}
