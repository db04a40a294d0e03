package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Threefry;
import java.util.EnumSet;
import java.util.List;
import java.util.function.BiFunction;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/// Random tensors. The operand only says how many and where; the numbers are those of one key.
final class SamplingRows {
  private static final long SEED = 0x9E3779B97F4A7C15L;
  private static final Operand ANY = Operand.Real.of(0, 1);

  private SamplingRows() {}

  static List<OperationRow> rows() {
    return List.of(
        draw("rand f32", (key, x) -> Tensor.rand(key, x.shape()), SamplingRows::uniform)
            .withTolerance(0, 0),
        draw(
                "rand f64",
                (key, x) -> Tensor.rand(DType.F64, key, x.shape().toArray()),
                SamplingRows::fine)
            .withTolerance(0, 0),
        draw(
                "uniform",
                (key, x) -> Tensor.uniform(DType.F64, key, -2, 6, x.shape().toArray()),
                i -> -2 + 8 * fine(i))
            .withTolerance(1, 2),
        // the logarithm of a number just below 1 loses digits
        draw("randn", (key, x) -> Tensor.randn(key, x.shape()), SamplingRows::normal)
            .withTolerance(32, 64),
        draw(
                "randn f64",
                (key, x) -> Tensor.randn(DType.F64, key, x.shape().toArray()),
                SamplingRows::normal)
            .withTolerance(32, 64),
        draw(
                "normal",
                (key, x) -> Tensor.normal(DType.F64, key, 3, 0.5, x.shape().toArray()),
                i -> 3 + normal(i) / 2)
            .withTolerance(32, 64),
        draw(
            "randint",
            (key, x) -> Tensor.randint(key, -7, 100, x.shape().toArray()),
            i -> Math.floor(Integer.toUnsignedLong(word(i, 0)) * 107 / 0x1p32) - 7),
        draw(
            "randint of all i32",
            (key, x) ->
                Tensor.randint(DType.I64, key, Integer.MIN_VALUE, 1L << 31, x.shape().toArray()),
            i -> Integer.toUnsignedLong(word(i, 0)) - 0x1p31),
        draw(
            "bernoulli",
            (key, x) -> Tensor.bernoulli(key, 0.3, x.shape()),
            i -> uniform(i) < 0.3 ? 1 : 0),
        OperationRow.of("bernoulli by a tensor", t -> Tensor.bernoulli(key(t[0]), t[0]), ANY)
            .withDifferentiable()
            .withPlain(in -> {
              int[] at = {0};
              boolean f32 = in.dtype() == DType.F32;
              return Plain.fill(
                  in.shape(0), i -> (f32 ? uniform(at[0]++) : fine(at[0]++)) < in.at(0, i) ? 1 : 0);
            }),
        permutation());
  }

  private static Key key(Tensor x) {
    return Key.of(SEED, x.device()).dynamic();
  }

  private static int word(int index, int salt) {
    return Threefry.bits(SEED, index, salt);
  }

  private static double uniform(int index) {
    return (word(index, 0) >>> 8) * 0x1p-24;
  }

  private static double fine(int index) {
    return ((word(index, 0) >>> 5) * 0x1p26 + (word(index, 1) >>> 6)) * 0x1p-53;
  }

  private static double normal(int index) {
    double first = ((word(index, 0) >>> 1) + 0.5) * 0x1p-31;
    double angle = (word(index, 1) >>> 8) * 2 * Math.PI * 0x1p-24;
    return Math.sqrt(-2 * Math.log(first)) * Math.cos(angle);
  }

  private static OperationRow draw(
      String name, BiFunction<Key, Tensor, Tensor> function, IntToDoubleFunction plain) {
    return OperationRow.of(name, t -> function.apply(key(t[0]), t[0]), ANY)
        .withDTypes(EnumSet.of(DType.F32))
        .withDifferentiable()
        .withPlain(in -> IntStream.range(0, in.shape(0).arraySize()).mapToDouble(plain).toArray());
  }

  private static OperationRow permutation() {
    return OperationRow.of("permutation", t -> Tensor.permutation(key(t[0]), t[0].dim(0)), ANY)
        .withShapes(List.of(Shape.of(0), Shape.of(1), Shape.of(17), Shape.of(1025)))
        .withDTypes(EnumSet.of(DType.F32))
        .withDifferentiable()
        .withPlain(in ->
            IntStream.range(0, in.shape(0).dim(0))
                .boxed()
                .sorted((a, b) -> Integer.compare(word(a, 0), word(b, 0)))
                .mapToDouble(i -> i)
                .toArray());
  }
}
