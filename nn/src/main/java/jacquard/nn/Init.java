package jacquard.nn;

import jacquard.nn.data.SplitMix;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.StateException;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.HostBuffer;
import java.util.HashSet;
import java.util.Set;

/// What a new model starts from: a seed, a dtype, a device, and the path that names its states.
///
/// The initial value of a state depends on the seed and its own name only, so a part that is added
/// changes nothing elsewhere.
public final class Init {
  private final String path;
  private final long seed;
  private final DType dtype;
  private final Device device;
  private final Set<String> taken;
  private final boolean blank;

  private Init(
      String path, long seed, DType dtype, Device device, Set<String> taken, boolean blank) {
    this.path = path;
    this.seed = seed;
    this.dtype = dtype;
    this.device = device;
    this.taken = taken;
    this.blank = blank;
  }

  /// The root of a model's paths: f32 on the standard device.
  ///
  /// @param seed same seed, same numbers
  /// @return the root
  public static Init of(long seed) {
    return new Init("", seed, DType.F32, Device.standard(), new HashSet<>(), false);
  }

  /// For a model whose values will be loaded: all states start at 0, and no random numbers are
  /// drawn.
  ///
  /// @return the same place, where nothing is drawn
  public static Init blank() {
    return new Init("", 0, DType.F32, Device.standard(), new HashSet<>(), true);
  }

  /// The same for states of another dtype.
  ///
  /// @param dtype dtype of the elements
  /// @return the same place
  /// @throws IllegalArgumentException if `dtype` is not f32 or f64
  public Init withDType(DType dtype) {
    if (!dtype.isFloat()) {
      throw new IllegalArgumentException("init: dtype " + dtype + ", expected f32 or f64");
    }
    return new Init(path, seed, dtype, device, taken, blank);
  }

  /// {@return the same for states on another device}
  ///
  /// @param device where it lives
  public Init withDevice(Device device) {
    return new Init(path, seed, dtype, device, taken, blank);
  }

  /// For the part called `name`.
  ///
  /// @param name of the part
  /// @return the place of the part
  public Init at(String name) {
    return new Init(join(name), seed, dtype, device, taken, blank);
  }

  /// For element `index` of a list.
  ///
  /// @param index from 0
  /// @return the place of the element
  public Init at(int index) {
    return at(Integer.toString(index));
  }

  private String join(String name) {
    return path.isEmpty() ? name : path + "." + name;
  }

  /// {@return where in the model this is, `blocks.0`; empty at the root}
  public String path() {
    return path;
  }

  /// {@return dtype of the states made here}
  public DType dtype() {
    return dtype;
  }

  /// {@return device of the states made here}
  public Device device() {
    return device;
  }

  /// {@return a new parameter of `dims`}
  ///
  /// @param name of the part
  /// @param initialiser how the first values are drawn
  /// @param dims size of each axis
  /// @throws StateException if a state of that path was made already
  public Parameter parameter(String name, Initialiser initialiser, int... dims) {
    String full = take(name);
    return new Parameter(full, initial(full, initialiser, dims));
  }

  /// {@return a new state of `dims` that is not trained}
  ///
  /// @param name of the part
  /// @param initialiser how the first values are drawn
  /// @param dims size of each axis
  /// @throws StateException if a state of that path was made already
  public Statistic statistic(String name, Initialiser initialiser, int... dims) {
    String full = take(name);
    return new Statistic(full, initial(full, initialiser, dims));
  }

  private synchronized String take(String name) {
    String full = join(name);
    if (!taken.add(full)) {
      throw new StateException(
          "init: a state called '"
              + full
              + "' was made already; make each part under a path of its own with Init.at");
    }
    return full;
  }

  private Tensor initial(String name, Initialiser initialiser, int... dims) {
    Shape shape = Shape.of(dims);
    if (blank) {
      return Tensor.stored(dtype, HostBuffer.newArray(dtype, shape.arraySize()), shape, device);
    }
    SplitMix random = SplitMix.of(seed, name.chars().asLongStream().toArray());
    return stored(dtype, initialiser.values(shape, random), shape, device);
  }

  /// Numbers as a tensor, rounded to f32 if `dtype` is that.
  static Tensor stored(DType dtype, double[] values, Shape shape, Device device) {
    if (dtype == DType.F64) {
      return Tensor.stored(dtype, values, shape, device);
    }
    float[] floats = new float[values.length];
    for (int i = 0; i < floats.length; i++) {
      floats[i] = (float) values[i];
    }
    return Tensor.stored(dtype, floats, shape, device);
  }
}
