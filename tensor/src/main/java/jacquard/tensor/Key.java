package jacquard.tensor;

import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Source;
import jacquard.tensor.reference.Threefry;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/// The seed of random numbers: an immutable 64-bit value, as an i64 scalar tensor.
///
/// The numbers drawn with a key are a function of the key, the shape and the distribution: the same
/// key gives the same numbers, on every device and in every run. So use each key once, and derive
/// further ones with [#fold]:
///
/// ```java
/// Key root = Key.of(42);
/// Tensor weight = Tensor.randn(root.fold(0), 784, 400);
/// for (int step = 0; step < steps; step++) {
///   Key key = root.fold(1).fold(step).dynamic();   // differs from step to step, the plan does not
///   Tensor kept = Tensor.bernoulli(key.fold(0), 0.9, 64, 400);
///   Tensor noise = Tensor.randn(key.fold(1), 64, 20);
/// }
/// ```
///
/// The value is always known when the graph is built, so derivation is done on the host and adds no
/// node. A key made by [#of] is a constant of the plan; a [#dynamic] key, and every key derived
/// from it, is a slot of the plan (see [Scalar]).
public final class Key {
  /// Second counter word of a derivation ("fold"), which no distribution uses as its salt.
  private static final int DERIVATION = 0x666F6C64;

  private final Source.Number value;
  private final boolean dynamic;
  private final Tensor tensor;

  private Key(long value, boolean dynamic, Device device) {
    this.value = new Source.Dynamic(value);
    this.dynamic = dynamic;
    this.tensor = dynamic ? leaf(this.value, device) : Tensor.constant(DType.I64, value, device);
  }

  private Key(LongSupplier value, Device device) {
    this.value = new Source.Supplied(value);
    this.dynamic = true;
    this.tensor = leaf(this.value, device);
  }

  private static Tensor leaf(Source.Number value, Device device) {
    return new Tensor(Node.input(value, DType.I64, Shape.scalar(), device));
  }

  /// {@return a constant key, on the standard device}
  ///
  /// @param seed same seed, same numbers
  public static Key of(long seed) {
    return of(seed, Device.standard());
  }

  /// {@return a constant key; what is drawn with it lives on `device`}
  ///
  /// @param seed same seed, same numbers
  /// @param device where it lives
  public static Key of(long seed, Device device) {
    return new Key(seed, false, device);
  }

  /// {@return the key with this value that is a slot of the plan, so that another value needs no
  /// other plan}
  public Key dynamic() {
    return dynamic ? this : new Key(value(), true, tensor.device());
  }

  /// {@return the `data`-th key derived from this one: Threefry's block of counter (`data`, "fold")
  /// under this key} Dynamic if this is.
  ///
  /// @param data number of the new key
  public Key fold(int data) {
    return value instanceof Source.Supplied(LongSupplier seed)
        ? new Key(() -> derived(seed.getAsLong(), data), device())
        : new Key(derived(value(), data), dynamic, device());
  }

  /// {@return the key derived with a number that is asked for whenever a plan runs, such as that of
  /// the step in a [CompiledStep]: at each run, what [#fold(int)] of that number gives} Dynamic.
  ///
  /// @param data number of the new key
  public Key fold(IntSupplier data) {
    Source.Number seed = value;
    return new Key(() -> derived(seed.bits(), data.getAsInt()), device());
  }

  private static long derived(long seed, int data) {
    return Threefry.block((int) seed, (int) (seed >>> 32), data, DERIVATION);
  }

  /// {@return keys `fold(0), ..., fold(count - 1)`}
  ///
  /// @param count how many
  public Key[] split(int count) {
    return IntStream.range(0, count).mapToObj(this::fold).toArray(Key[]::new);
  }

  /// {@return i32 random words: element `i` (row-major) is word 0 of Threefry 2x32 with 20 rounds
  /// for counter (`i`, `salt`) under this key}
  ///
  /// @param shape size of each axis
  /// @param salt which of the numbers that one key gives
  public Tensor bits(Shape shape, int salt) {
    return Tensor.apply(new Op.Random(shape, salt), tensor);
  }

  /// {@return the 64 bits of the seed, as they are now}
  public long value() {
    return value.bits();
  }

  /// {@return whether the value may change from run to run without changing the plan}
  public boolean isDynamic() {
    return dynamic;
  }

  /// {@return this key as an i64 tensor of shape `[]`}
  public Tensor tensor() {
    return tensor;
  }

  /// {@return where what is drawn with it lives}
  public Device device() {
    return tensor.device();
  }

  /// `key 0x000000000000002a`.
  @Override
  public String toString() {
    return String.format("%skey 0x%016x", dynamic ? "dynamic " : "", value());
  }
}
