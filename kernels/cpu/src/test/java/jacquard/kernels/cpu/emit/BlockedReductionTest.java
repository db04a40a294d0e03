package jacquard.kernels.cpu.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.BlockedReduction;
import jacquard.kernels.Kernel;
import jacquard.kernels.KernelReference;
import jacquard.kernels.Launch;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.tensor.spi.HostBuffer;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// Loops divided into blocks against the undivided ones, interpreted and as code.
class BlockedReductionTest {
  /// Long enough for an inner axis of several blocks.
  private static final int MOST_ELEMENTS = 500;

  private interface Runner {
    void run(Kernel kernel, Launch launch, Object[] arrays, long[] scalars);
  }

  private static void compiled(Kernel kernel, Launch launch, Object[] arrays, long[] scalars) {
    LoopCode code = new LoopCompiler(VectorWidth.BITS_256, Tiers.SCALAR).compile(kernel);
    int[] args = code.encode(launch);
    code.run(arrays, args, scalars, 0, launch.outerSize(), 0, launch.inner(), new LoopScratch());
  }

  private static Object[] run(BlockedReduction divided, RandomKernel drawn, Runner runner) {
    Object[] arrays = drawn.arrays();
    Object[] between =
        divided.between().stream()
            .map(d -> HostBuffer.newArray(d, divided.blocks().size() * divided.results()))
            .toArray();
    Kernel part = divided.part().kernel();
    // from the last: the order in which blocks are reduced does not matter
    for (Launch block : divided.blocks().reversed()) {
      runner.run(part, block, arrays(divided.part(), arrays, between), drawn.scalars());
    }
    runner.run(
        divided.rest().kernel(),
        divided.restLaunch(),
        arrays(divided.rest(), arrays, between),
        drawn.scalars());
    return arrays;
  }

  private static Object[] arrays(BlockedReduction.Part part, Object[] whole, Object[] between) {
    Object[] arrays = new Object[part.accesses().length()];
    for (int i = 0; i < arrays.length; i++) {
      int access = part.accesses().get(i);
      arrays[i] = access < 0 ? between[-1 - access] : whole[access];
    }
    return arrays;
  }

  @Test
  void blocksGiveWhatTheWholeGives() {
    int rows = 0;
    int columns = 0;
    for (int seed = 0; seed < 240; seed++) {
      RandomKernel drawn = new RandomKernel(seed, MOST_ELEMENTS, seed % 2 == 0);
      Kernel kernel = drawn.kernel();
      BlockedReduction divided = BlockedReduction.of(kernel, drawn.launch(), 2 + seed % 4);
      if (divided == null) {
        continue;
      }
      rows += kernel.innerReduced() ? 1 : 0;
      columns += kernel.innerReduced() ? 0 : 1;
      Object[] expected = drawn.arrays();
      KernelReference.run(kernel, drawn.launch(), expected, drawn.scalars());
      String where = "seed " + seed + " " + kernel + drawn.launch();
      LoopCompilerTest.assertNear(
          drawn, expected, run(divided, drawn, KernelReference::run), where);
      LoopCompilerTest.assertNear(
          drawn, expected, run(divided, drawn, BlockedReductionTest::compiled), where);
    }
    assertTrue(rows > 20 && columns > 20, rows + " rows, " + columns + " columns");
  }

  @Test
  void aRowOfTwoPassesIsNotDivided() {
    Kernel softmax = Objects.requireNonNull(TypicalKernels.all(0).get("softmax"));
    assertNull(BlockedReduction.of(softmax, LoopSpeed.launch(softmax, 1, 4096), 8));
  }

  @Test
  void blocksAreCutBySizeAlone() {
    Draft draft = new Draft(1, 0, true);
    int sum = draft.reduce(jacquard.tensor.graph.ReduceKind.SUM, draft.load());
    draft.store(sum, Kernel.Inner.ZERO, Kernel.Level.KEPT);
    Kernel kernel = draft.kernel();
    BlockedReduction divided =
        Objects.requireNonNull(BlockedReduction.of(kernel, LoopSpeed.launch(kernel, 1, 1000), 4));
    assertEquals(
        java.util.List.of(192, 256, 256, 296),
        divided.blocks().stream().map(Launch::inner).toList());
  }
}
