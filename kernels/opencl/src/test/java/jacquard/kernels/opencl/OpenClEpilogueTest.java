package jacquard.kernels.opencl;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.testing.ProductEpilogues;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Loops that kernels of products run on what they have computed.
class OpenClEpilogueTest {
  @ParameterizedTest
  @EnumSource(
      value = DType.class,
      names = {"F32", "BF16"})
  void epiloguesComputeWhatTheReferenceDoes(DType dtype) {
    Device device = OpenClDevice.required();
    List<ProductEpilogues.Case> cases = ProductEpilogues.of(dtype, device);
    Step.realise(cases.stream().map(ProductEpilogues.Case::result).toArray(Tensor[]::new));
    for (ProductEpilogues.Case c : cases) {
      double[] result = c.result().cast(DType.F64).toDoubleArray();
      ProductEpilogues.check(c, i -> result[i]);
    }
  }

  @Test
  void validationComparesWhatAnEpilogueStores() {
    Device device = OpenClDevice.required();
    List<ProductEpilogues.Case> cases = ProductEpilogues.of(DType.F32, device);
    System.setProperty("jacquard.validate", "true");
    try {
      Step.realise(cases.stream().map(ProductEpilogues.Case::result).toArray(Tensor[]::new));
    } finally {
      System.clearProperty("jacquard.validate");
    }
  }
}
