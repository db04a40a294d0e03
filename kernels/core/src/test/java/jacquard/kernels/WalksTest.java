package jacquard.kernels;

import static jacquard.kernels.CheckedPlans.BACKEND;
import static jacquard.kernels.CheckedPlans.check;
import static jacquard.kernels.CheckedPlans.random;
import static jacquard.kernels.testing.Walks.reductionsInTurn;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How often kernels walk over what they reduce, and what they compute again each time.
class WalksTest {
  /// The loops of a plan.
  private static List<Kernel> kernels(Tensor... outputs) {
    return check(outputs).tasks().stream().map(task -> ((Task.Loop) task).kernel()).toList();
  }

  private static long reductions(Kernel kernel) {
    return kernel.instructions().stream().filter(i -> i instanceof Instr.Reduce).count();
  }

  @Test
  void signsStayWithTheTermsOfASumTakenApart() {
    Tensor a = random(1, 6, 24);
    Tensor b = random(2, 6, 24);
    Tensor k = a.mul(b).sumKeepDims(-1);
    Tensor sum = b.neg().sub(a.mul(k)).sub(k.mul(b).sub(a)).neg().sumKeepDims(-1);
    List<Kernel> kernels = kernels(sum.mul(a));
    assertEquals(1, kernels.size());
    assertEquals(1, reductionsInTurn(kernels.getFirst()));
    assertEquals(4, reductions(kernels.getFirst()), "of a b, of a, of b and of what has no factor");
  }

  @Test
  void aSumWithoutFactorsOfItsOwnRowsStaysWhole() {
    Tensor a = random(1, 6, 24);
    Tensor column = random(2, 6, 1);
    List<Kernel> kernels = kernels(a.mul(column).add(random(3, 6, 24)).sumKeepDims(-1));
    assertEquals(1, reductions(kernels.getFirst()));
  }

  @Test
  void termsWithoutFactorsCancelAsTheyAreWritten() {
    Tensor g = random(1, 2, 1000);
    Tensor p = random(2, 2, 1000).mul(100).add(1e6);
    Tensor q = p.add(random(3, 2, 1000));
    Tensor k = g.square().meanKeepDims(-1).add(1).recip();
    Tensor sum = g.mul(k).add(p.realise().sub(q.realise())).sum(1);
    Kernel kernel = kernels(sum.mul(1e-3)).getFirst();
    assertEquals(3, reductions(kernel), "of g g, of g and of p - q, not of p and of q");
  }

  @Test
  void longSumsAndSharedTermsAreNotFollowed() {
    Tensor shared = random(2, 2, 4);
    for (int i = 0; i < 40; i++) {
      shared = shared.add(shared);
    }
    kernels(shared.sum(1).mul(0x1p-40));
    Tensor deep = random(3, 2, 4);
    Tensor step = random(4, 2, 4).mul(1e-3).realise();
    for (int i = 0; i < 5000; i++) {
      deep = deep.add(step);
    }
    BACKEND.run(List.of(new Backend.Root(deep.sum().node(), null)));
  }

  @Test
  void otherReductionsStayWhole() {
    Tensor a = random(1, 6, 24);
    Tensor k = a.sumKeepDims(-1);
    assertEquals(2, reductionsInTurn(kernels(a.mul(k).maxKeepDims(-1)).getFirst()));
  }
}
