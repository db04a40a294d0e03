package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Scalar;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/// What the next operation of a [GraphDrawing] can be applied to: leaves, and every value drawn so
/// far.
final class GraphPool {
  /// Most elements of a value.
  static final int LARGEST = 4096;

  final SplittableRandom random;
  final Device device;
  private final int[] sizes;
  private final List<Tracked> values = new ArrayList<>();

  GraphPool(long seed, Device device) {
    this.random = new SplittableRandom(seed);
    this.device = device;
    int[] all = {1, 2, 3, 4, 5, 7, 8, 13, 16, 17, 33};
    this.sizes = new int[3];
    for (int i = 0; i < sizes.length; i++) {
      sizes[i] = random.nextInt(40) == 0 ? 0 : all[random.nextInt(all.length)];
    }
    values.add(floats(DType.F32, shape(2)));
    values.add(floats(DType.F32, shape(3)));
    values.add(integers(DType.I32, shape(2)));
  }

  void add(Tracked value) {
    values.add(value);
  }

  /// Everything drawn so far, in order.
  List<Tracked> values() {
    return values;
  }

  int size() {
    return sizes[random.nextInt(sizes.length)];
  }

  Shape shape(int rank) {
    int[] dims = new int[rank];
    for (int axis = 0; axis < rank; axis++) {
      dims[axis] = random.nextInt(5) == 0 ? 1 : size();
    }
    Shape shape = Shape.of(dims);
    return shape.size() <= LARGEST / 4 ? shape : Shape.of(sizes[0]);
  }

  @Nullable Tracked any(Predicate<Tracked> fits) {
    List<Tracked> fitting = values.stream().filter(fits).toList();
    if (fitting.isEmpty()) {
      return null;
    }
    // later values twice as often, so that graphs grow deep
    int a = random.nextInt(fitting.size());
    int b = random.nextInt(fitting.size());
    return fitting.get(random.nextBoolean() ? a : Math.max(a, b));
  }

  @Nullable Tracked anyFloat() {
    return any(Tracked::isFloat);
  }

  /// A value that `x` can be combined with: broadcast against it, of its dtype.
  Tracked partner(Tracked x) {
    Tracked y =
        any(v ->
            v.tensor().dtype() == x.tensor().dtype()
                && broadcasts(v.tensor().shape(), x.tensor().shape()));
    return y == null ? x : y;
  }

  static boolean broadcasts(Shape a, Shape b) {
    long size = 1;
    for (int i = 1; i <= Math.max(a.rank(), b.rank()); i++) {
      int x = i <= a.rank() ? a.dim(-i) : 1;
      int y = i <= b.rank() ? b.dim(-i) : 1;
      if (x != y && x != 1 && y != 1) {
        return false;
      }
      size *= x == 1 ? y : x;
    }
    return size <= LARGEST;
  }

  int axis(Tracked x) {
    return random.nextInt(x.tensor().rank());
  }

  static boolean ranked(Tracked x) {
    return x.tensor().rank() > 0;
  }

  /// Multiples of 1/8 between -2 and 2.
  Tracked floats(DType dtype, Shape shape) {
    double[] values = new double[shape.arraySize()];
    java.util.Arrays.setAll(values, i -> random.nextInt(-16, 17) / 8.0);
    return new Tracked(Layout.tensor(dtype, values, shape, device), -2, 2, 0, 3);
  }

  Tracked integers(DType dtype, Shape shape) {
    int least = dtype == DType.U8 || dtype == DType.BOOL ? 0 : -9;
    int most = dtype == DType.BOOL ? 1 : 9;
    double[] values = new double[shape.arraySize()];
    java.util.Arrays.setAll(values, i -> random.nextInt(least, most + 1));
    return Tracked.whole(Layout.tensor(dtype, values, shape, device), least, most);
  }

  Tracked leaf() {
    Shape shape = shape(random.nextInt(4));
    return switch (random.nextInt(10)) {
      case 0 -> floats(DType.F64, shape);
      case 1 -> integers(DType.I64, shape);
      case 2 -> integers(DType.U8, shape);
      case 3 -> integers(DType.BOOL, shape);
      case 4 -> {
        int n = size();
        yield Tracked.whole(Tensor.iota(n, DType.I32, device), 0, Math.max(0, n - 1));
      }
      case 5 -> new Tracked(Scalar.of(DType.F32, 0.75, device), 0.75, 0.75, 0, 2);
      case 6 -> integers(DType.I32, shape);
      case 7 -> floats(DType.F16, shape);
      case 8 -> floats(DType.BF16, shape);
      default -> floats(DType.F32, shape);
    };
  }
}
