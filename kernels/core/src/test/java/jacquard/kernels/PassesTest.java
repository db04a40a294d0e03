package jacquard.kernels;

import static jacquard.kernels.CheckedPlans.BACKEND;
import static jacquard.kernels.CheckedPlans.check;
import static jacquard.kernels.CheckedPlans.random;
import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Scalar;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Op;
import jacquard.tensor.spi.Backend;
import java.util.List;
import org.junit.jupiter.api.Test;

class PassesTest {
  @Test
  void softmaxIsOneKernel() {
    assertEquals(1, check(random(1, 3, 5, 7).softmax(-1)).size());
  }

  @Test
  void layerNormWithResidualIsOneKernel() {
    Tensor x = random(1, 3, 5, 16).add(random(2, 3, 5, 16));
    Tensor d = x.sub(x.meanKeepDims(-1));
    Tensor y = d.mul(d.square().meanKeepDims(-1).add(1e-5).rsqrt()).mul(random(3, 16));
    assertEquals(1, check(x, y).size());
  }

  @Test
  void contractionTakesItsEpilogue() {
    Tensor y = random(1, 4, 6, 8).matmul(random(2, 8, 16)).add(random(3, 16)).tanh();
    assertEquals(1, check(y).size());
  }

  @Test
  void transposesOfContractionsAreStrides() {
    Tensor q = random(1, 2, 6, 3, 8).permute(0, 2, 1, 3);
    Tensor k = random(2, 2, 6, 3, 8).permute(0, 2, 3, 1);
    assertEquals(1, check(q.matmul(k)).size());
  }

  @Test
  void concatAndPadWriteTheirPartsInPlace() {
    check(Tensor.apply(new Op.Concat(1), random(1, 3, 4).exp(), random(2, 3, 2)));
    check(random(1, 3, 4).mul(2).pad(1, 2, 1));
  }

  @Test
  void columnSumsOfSiblingsAreOneKernel() {
    Tensor g = random(1, 9, 20);
    Tensor x = random(2, 9, 20);
    assertEquals(1, check(g.sum(0), g.mul(x).sum(0)).size());
  }

  @Test
  void attentionReadsThePartsOfAProjectionInPlace() {
    Tensor parts = random(1, 2, 5, 3, 2, 4);
    Tensor q = parts.select(2, 0);
    Tensor k = parts.select(2, 1);
    Tensor y = q.attention(k, parts.select(2, 2), true, 0.5);
    Tensor logSum = Tensor.apply(new Op.AttentionLogSum(true, 0.5), q, k, y);
    check(y, logSum);
    List<Backend.Root> roots =
        List.of(new Backend.Root(y.node(), null), new Backend.Root(logSum.node(), null));
    assertEquals(1, BACKEND.scheduleHere(roots).size());
  }

  @Test
  void sumsOfAnAttentionThatWasRealisedAreComputed() {
    Tensor x = random(1, 1, 3, 2, 4);
    Tensor y = x.attention(x, x, true, 0.5);
    Tensor logSum = Tensor.apply(new Op.AttentionLogSum(true, 0.5), x, x, y);
    y.realise();
    check(logSum);
  }

  @Test
  void attentionIsLoweredWhereThereIsNoKernel() {
    Tensor x = random(1, 1, 3, 2, 4);
    List<Backend.Root> roots = List.of(new Backend.Root(x.attention(x, x, true).node(), null));
    assertEquals(1, BACKEND.scheduleHere(roots).size());
    long products =
        PlannedBackend.schedule(roots).tasks().stream().filter(t -> t instanceof Task.Dot).count();
    assertEquals(2, products);
  }

  @Test
  void halvesThatWereWidenedAreNotRoundedAgain() {
    Tensor x = random(1, 4, 6).cast(DType.BF16);
    x.realise();
    Tensor again = x.cast(DType.F32).cast(DType.BF16);
    assertEquals(1, check(again.matmulWide(x.t())).size());
  }

  @Test
  void scalarsAndViewsAsOutputs() {
    Tensor x = random(1, 4, 6);
    check(x.sum(), x.t(), x, x.reshape(24), Tensor.full(DType.F32, 3, 2, 2).cast(DType.F32));
  }

  @Test
  void aScalarThatNeedsMemoryIsNotAnInput() {
    Tensor x = random(1, 4, 6);
    Tensor row = Scalar.of(DType.I32, 2, Device.REFERENCE);
    check(x.gather(row), x.neg());
  }
}
