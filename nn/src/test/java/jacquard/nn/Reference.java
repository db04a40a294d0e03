package jacquard.nn;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.util.Arrays;

/// Tensors and models on the reference device, whatever the standard one is.
public final class Reference {
  private Reference() {}

  public static Tensor f64(double[] values, int... dims) {
    return Tensor.stored(DType.F64, values, Shape.of(dims), Device.REFERENCE);
  }

  public static Tensor f32(float[] values, int... dims) {
    return Tensor.stored(DType.F32, values, Shape.of(dims), Device.REFERENCE);
  }

  public static Tensor i32(int[] values, int... dims) {
    return Tensor.stored(DType.I32, values, Shape.of(dims), Device.REFERENCE);
  }

  /// Uniform in -1 to 1.
  public static Tensor random(long seed, int... dims) {
    SplitMix random = new SplitMix(seed);
    double[] values = new double[Shape.of(dims).arraySize()];
    Arrays.setAll(values, i -> 2 * random.nextDouble() - 1);
    return f64(values, dims);
  }

  /// f64.
  public static Init init(long seed) {
    return Init.of(seed).withDType(DType.F64).withDevice(Device.REFERENCE);
  }

  public static Init init32(long seed) {
    return Init.of(seed).withDevice(Device.REFERENCE);
  }

  public static Key key(long seed) {
    return Key.of(seed, Device.REFERENCE);
  }

  public static double[] values(State state) {
    return state.value().cast(DType.F64).toDoubleArray();
  }
}
