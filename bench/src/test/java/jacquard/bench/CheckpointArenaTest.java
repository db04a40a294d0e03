package jacquard.bench;

import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.autograd.Checkpoint;
import jacquard.autograd.Gradients;
import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckpointArenaTest {
  private static final int BLOCKS = 16;
  private static final int WIDTH = 64;

  @Test
  void recomputationLowersThePlannedArena() {
    long kept = arenaBytes(false);
    long recomputed = arenaBytes(true);
    assertTrue(2 * recomputed < kept, recomputed + " bytes with checkpoints, " + kept + " without");
  }

  /// The arena of the gradient of a chain of blocks with a hidden layer four times as wide.
  private static long arenaBytes(boolean checkpoints) {
    List<Tensor> weights = new ArrayList<>();
    Tensor x = stored(0, 256, WIDTH);
    for (int i = 0; i < BLOCKS; i++) {
      Tensor up = stored(2 * i + 1, WIDTH, 4 * WIDTH);
      Tensor down = stored(2 * i + 2, 4 * WIDTH, WIDTH);
      weights.add(up);
      weights.add(down);
      x = checkpoints ? Checkpoint.of(t -> block(t, up, down), x) : block(x, up, down);
    }
    List<Backend.Root> roots =
        Gradients.of(x.square().sum(), weights).stream()
            .map(g -> new Backend.Root(g.node(), null))
            .toList();
    return PlannedBackend.schedule(roots).arena().bytes();
  }

  private static Tensor block(Tensor x, Tensor up, Tensor down) {
    return x.matmul(up).gelu().matmul(down).add(x);
  }

  private static Tensor stored(int seed, int... dims) {
    Tensor x = Tensor.randn(Key.of(seed), dims).mul(0.1);
    x.realise();
    return x;
  }
}
