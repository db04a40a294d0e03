package jacquard.kernels;

import static jacquard.kernels.CheckedPlans.BACKEND;
import static jacquard.kernels.CheckedPlans.check;
import static jacquard.kernels.CheckedPlans.random;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Kernel.Instr;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.UnaryKind;
import jacquard.tensor.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How often kernels walk over what they reduce, and what they compute again each time.
class WalksTest {
  /// The loops of a plan.
  private static List<Kernel> kernels(Tensor... outputs) {
    return check(outputs).tasks().stream().map(task -> ((Task.Loop) task).kernel()).toList();
  }

  /// Reductions that need each other: so many walks there are before the one that writes.
  private static int reductionsInTurn(Kernel kernel) {
    int[] depth = new int[kernel.instructions().size()];
    int most = 0;
    for (int i = 0; i < depth.length; i++) {
      Instr instr = kernel.instructions().get(i);
      depth[i] = instr.operands().stream().mapToInt(x -> depth[x]).max().orElse(0);
      depth[i] += instr instanceof Instr.Reduce ? 1 : 0;
      most = Math.max(most, depth[i]);
    }
    return most;
  }

  private static long reductions(Kernel kernel) {
    return kernel.instructions().stream().filter(i -> i instanceof Instr.Reduce).count();
  }

  /// The value and the gradients of a norm over the last axis, as autograd writes them.
  private static Tensor[] norm(Tensor x, Tensor dy, Tensor weight) {
    Tensor centred = x.sub(x.meanKeepDims(-1));
    Tensor variance = centred.square().meanKeepDims(-1).add(1e-5);
    Tensor scale = variance.rsqrt();
    Tensor normed = centred.mul(scale);
    Tensor g = dy.mul(weight);
    Tensor byVariance =
        g.mul(centred).sumKeepDims(-1).mul(scale).div(variance).mul(-0.5).div(x.shape().dim(-1));
    Tensor half = byVariance.mul(centred);
    Tensor byCentred = g.mul(scale).add(half).add(half);
    Tensor dx = byCentred.add(byCentred.neg().sumKeepDims(-1).div(x.shape().dim(-1)));
    return new Tensor[] {normed.mul(weight), dx, dy.mul(normed).sum(0)};
  }

  @Test
  void theGradientOfANormWalksRowsAsOftenAsItsValue() {
    Tensor x = random(1, 12, 32);
    Tensor[] all = norm(x, random(2, 12, 32), random(3, 32));
    List<Kernel> value = kernels(all[0]);
    List<Kernel> both = kernels(all[0], all[1]);
    assertEquals(List.of(1, 1), List.of(value.size(), both.size()));
    assertEquals(2, reductionsInTurn(value.getFirst()));
    assertEquals(2, reductionsInTurn(both.getFirst()));
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

  @Test
  void rootsOfReductionsAreTakenOnceARow() {
    Tensor[] all = norm(random(1, 12, 32), random(2, 12, 32), random(3, 32));
    List<Kernel> kernels = kernels(all[1], all[2]);
    assertEquals(2, kernels.size());
    Kernel columns = kernels.getLast();
    assertTrue(columns.reducedAxes() > 0, columns::toString);
    for (Instr instr : columns.instructions()) {
      assertTrue(
          !(instr instanceof Instr.Unary u && u.kind() == UnaryKind.RSQRT)
              && !(instr instanceof Instr.Binary b && b.kind() == BinaryKind.DIV),
          columns::toString);
    }
  }
}
