package jacquard.bench;

import static jacquard.kernels.testing.Walks.reductionsInTurn;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.autograd.Gradients;
import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Instr;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Task;
import jacquard.tensor.Key;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import jacquard.tensor.spi.Backend;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How often the loops of normalisations and of their gradients, as autograd writes them, walk over
/// what they normalise.
class NormWalksTest {
  private static final int ROWS = 12;
  private static final int WIDTH = 32;

  private final Tensor x = stored(1, ROWS, WIDTH);
  private final Tensor weight = stored(2, WIDTH);
  private final Tensor bias = stored(3, WIDTH);
  private final Tensor dy = stored(4, ROWS, WIDTH);

  private static Tensor stored(int seed, int... dims) {
    Tensor x = Tensor.randn(Key.of(seed), dims);
    x.realise();
    return x;
  }

  /// The loops of a plan.
  private static List<Kernel> kernels(Tensor... outputs) {
    List<Backend.Root> roots =
        Arrays.stream(outputs).map(t -> new Backend.Root(t.node(), null)).toList();
    return PlannedBackend.schedule(roots).tasks().stream()
        .map(task -> ((Task.Loop) task).kernel())
        .toList();
  }

  private Tensor gradient(Tensor y, Tensor of) {
    return Gradients.of(y.mul(dy).sum(), List.of(of)).getFirst();
  }

  /// One loop with two walks before the one that writes, and its gradient takes no more.
  private void takesTwoWalks(Tensor y) {
    List<Kernel> value = kernels(y);
    List<Kernel> both = kernels(y, gradient(y, x));
    assertEquals(List.of(1, 1), List.of(value.size(), both.size()));
    assertEquals(2, reductionsInTurn(value.getFirst()));
    assertEquals(2, reductionsInTurn(both.getFirst()));
  }

  @Test
  void theGradientOfALayerNormWalksRowsAsOftenAsItsValue() {
    takesTwoWalks(x.layerNorm(-1, weight, bias, 1e-5));
  }

  @Test
  void theGradientOfALayerNormWithoutWeightsWalksRowsAsOftenAsItsValue() {
    takesTwoWalks(x.layerNorm(-1, 1e-5));
  }

  @Test
  void rootsAndQuotientsOfALayerNormAreTakenOnceARow() {
    Tensor y = x.layerNorm(-1, weight, bias, 1e-5);
    List<Kernel> kernels = kernels(gradient(y, x), gradient(y, weight), gradient(y, bias));
    List<Kernel> columns = kernels.stream().filter(k -> !k.innerReduced()).toList();
    assertFalse(columns.isEmpty());
    for (Kernel kernel : columns) {
      assertTrue(kernel.reducedAxes() > 0, kernel::toString);
      for (Instr instr : kernel.instructions()) {
        assertTrue(
            !(instr instanceof Instr.Unary u && u.kind() == UnaryKind.RSQRT)
                && !(instr instanceof Instr.Binary b && b.kind() == BinaryKind.DIV),
            kernel::toString);
      }
    }
  }
}
