package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.tensor.testing.OnReference;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.function.Executable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Bad input is an error where the operation is called, with the values, what was expected and what
/// to do.
@ExtendWith(OnReference.class)
class ErrorTextTest {

  record Bad(Class<? extends TensorException> type, String message, Executable call) {
    @Override
    public String toString() {
      return message;
    }
  }

  private static Bad shape(String message, Executable call) {
    return new Bad(ShapeException.class, message, call);
  }

  private static Bad dtype(String message, Executable call) {
    return new Bad(DTypeException.class, message, call);
  }

  private static Bad value(String message, Executable call) {
    return new Bad(TensorException.class, message, call);
  }

  private static Tensor f32(int... dims) {
    return Tensor.full(DType.F32, 1, Shape.of(dims), Device.REFERENCE);
  }

  private static Tensor i32(int... dims) {
    return Tensor.full(DType.I32, 1, Shape.of(dims), Device.REFERENCE);
  }

  static Stream<Bad> shapes() {
    return Stream.of(
        shape("shape: negative size in [2, -3], expected 0 or more", () -> Shape.of(2, -3)),
        shape(
            "shape: rank 9 of [1, 1, 1, 1, 1, 1, 1, 1, 1], expected at most 8",
            () -> Shape.of(1, 1, 1, 1, 1, 1, 1, 1, 1)),
        shape(
            "shape: [2147483647, 2147483647, 2147483647] has more than 2^63 elements; use smaller sizes",
            () -> Shape.of(2147483647, 2147483647, 2147483647)),
        shape("of: 5 elements for shape [2, 3], expected 6", () -> Tensor.of(new float[5], 2, 3)),
        shape(
            "add: cannot broadcast [4, 3] with [4, 2]: axis -1 is 3 and 2, expected equal or 1",
            () -> f32(4, 3).add(f32(4, 2))),
        shape(
            "where: cannot broadcast [4] with [3]: axis -1 is 4 and 3, expected equal or 1",
            () -> f32(4).gt(0).where(f32(3), f32(3))),
        shape(
            "reshape: [2, 3] to [4, 2]: 6 and 8 elements, expected the same number",
            () -> f32(2, 3).reshape(4, 2)),
        shape(
            "reshape: [2, 3] to [-1, 4]: 6 elements don't divide by 4; give every size",
            () -> f32(2, 3).reshape(-1, 4)),
        shape(
            "reshape: [2, 3] to [-1, -1], expected sizes of 0 or more and at most one -1",
            () -> f32(2, 3).reshape(-1, -1)),
        shape(
            "reshape: [2, 3] to [-1, -2], expected sizes of 0 or more and at most one -1",
            () -> f32(2, 3).reshape(-1, -2)),
        shape(
            "permute: order [0, 0] of shape [2, 3], expected each axis 0 to 1 once",
            () -> f32(2, 3).permute(0, 0)),
        shape("permute: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).permute(0, 2)),
        shape(
            "expand: cannot expand [2, 3] to [4, 3], expected the same rank and sizes equal or 1",
            () -> f32(2, 3).expand(4, 3)),
        shape(
            "expand: cannot expand [2, 3] to [3], expected the same rank and sizes equal or 1",
            () -> f32(2, 3).expand(3)),
        shape("unsqueeze: axis 4 of shape [2, 3], expected -3 to 2", () -> f32(2, 3).unsqueeze(4)),
        shape("squeeze: axis 0 of [2, 3] has size 2, expected 1", () -> f32(2, 3).squeeze(0)),
        shape(
            "pad: before [0, -1], after [0, 0], interior [0, 0], expected 0 or more; use slice to cut",
            () -> f32(2, 3).pad(1, -1, 0)),
        shape(
            "slice: 1:4:1 of axis -1 of [2, 3], expected 0 <= start <= stop <= 3 and a step other than 0",
            () -> f32(2, 3).slice(-1, 1, 4)),
        shape(
            "concat: [2, 3] and [3, 3] along axis 1, expected equal sizes on every other axis",
            () -> Tensor.concat(1, f32(2, 3), f32(3, 3))),
        shape("concat: no tensors, expected at least one", () -> Tensor.concat(0)),
        shape("stack: no tensors, expected at least one", () -> Tensor.stack(0, List.of())),
        shape("stack: shapes [2] and [3], expected equal", () -> Tensor.stack(0, f32(2), f32(3))),
        shape(
            "split: sizes [1, 3] of axis -1 of [2, 3], expected sizes of 0 or more that sum to 3",
            () -> f32(2, 3).split(-1, 1, 3)),
        shape(
            "chunk: axis 1 of [2, 3] into 2 parts, expected a divisor of 3; use split to give sizes",
            () -> f32(2, 3).chunk(1, 2)),
        shape("tile: count -1, expected 0 or more", () -> f32(2).tile(-1)),
        shape("tril: shape [2], expected at least 2 axes", () -> f32(2).tril()),
        shape("diagonal: shape [], expected at least 2 axes", () -> f32().diagonal()));
  }

  static Stream<Bad> axes() {
    return Stream.of(
        shape("dim: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).dim(2)),
        shape("sum: axis 0 of shape [], expected none (a scalar has no axes)", () -> f32().sum(0)),
        shape("sum: axes [0, -2] of shape [2, 3], expected each once", () -> f32(2, 3).sum(0, -2)),
        shape(
            "argmax: axis 1 of [2, 0] is empty, expected at least 1 element",
            () -> f32(2, 0).argmax(1)),
        shape("softmax: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).softmax(2)),
        shape(
            "layerNorm: axis 2 of shape [2, 3], expected -2 to 1",
            () -> f32(2, 3).layerNorm(2, 1e-5)),
        shape(
            "layerNorm: weight has shape [2], expected [3] for axis -1 of [2, 3]",
            () -> f32(2, 3).layerNorm(-1, f32(2), f32(3), 1e-5)),
        shape("mean: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).mean(2)),
        shape("variance: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).variance(2)),
        shape("std: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).std(2)),
        shape("logSumExp: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).logSumExp(2)),
        shape("any: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).any(2)),
        shape("argmin: axis 2 of shape [2, 3], expected -2 to 1", () -> f32(2, 3).argmin(2)),
        shape(
            "crossEntropyWithLogits: axis -1 of shape [], expected none (a scalar has no axes)",
            () -> f32().crossEntropyWithLogits(i32())),
        shape("sort: axis 1 of shape [3], expected -1 to 0", () -> f32(3).sort(1)),
        shape("topK: 4 of axis -1 of [3], expected 0 to 3", () -> f32(3).topK(4, -1)),
        new Bad(
            IndexException.class,
            "select: index 3 of axis 1 of [2, 3], expected -3 to 2",
            () -> f32(2, 3).select(1, 3)));
  }

  static Stream<Bad> products() {
    return Stream.of(
        shape(
            "matmul: [2, 3] by [4, 5]: inner sizes 3 and 4, expected equal",
            () -> f32(2, 3).matmul(f32(4, 5))),
        shape(
            "matmul: [3] by [4, 5]: inner sizes 3 and 4, expected equal",
            () -> f32(3).matmul(f32(4, 5))),
        shape(
            "matmul: [2, 3] by [4]: inner sizes 3 and 4, expected equal",
            () -> f32(2, 3).matmul(f32(4))),
        shape(
            "matmul: [] by [4], expected at least 1 axis each; use mul",
            () -> f32().matmul(f32(4))),
        shape(
            "matmul: cannot broadcast [2] with [3]: axis -1 is 2 and 3, expected equal or 1",
            () -> f32(2, 4, 5).matmul(f32(3, 5, 4))),
        shape("dot: [2] by [3], expected two vectors of one size", () -> f32(2).dot(f32(3))),
        shape("outer: [2] by [], expected two vectors", () -> f32(2).outer(f32())),
        shape(
            "conv: image [1, 3, 8, 8], filter [4, 2, 3, 3], groups 1, expected image channels = filter"
                + " channels * groups and filters divisible by groups",
            () -> f32(1, 3, 8, 8).conv2d(f32(4, 2, 3, 3), 1, 0)),
        shape(
            "conv: image [1, 3, 2, 8] is smaller than the filter [4, 3, 3, 3] after padding, expected"
                + " at least one position; pad more",
            () -> f32(1, 3, 2, 8).conv2d(f32(4, 3, 3, 3), 1, 0)),
        shape(
            "maxPool2d: shape [3, 8, 8], expected [N, C, H, W]",
            () -> f32(3, 8, 8).maxPool2d(2, 2, 0)),
        shape(
            "maxPool2d: kernel 2, stride 0, padding 0, expected kernel and stride of 1 or more and"
                + " padding of 0 to kernel / 2",
            () -> f32(1, 3, 8, 8).maxPool2d(2, 0, 0)),
        shape(
            "avgPool2d: kernel 9 on [1, 3, 8, 8] with padding 0, expected a window that fits; pad more"
                + " or pool less",
            () -> f32(1, 3, 8, 8).avgPool2d(9, 1, 0)),
        shape(
            "crossEntropyWithLogits: target [3] for logits [2, 3], expected [2]",
            () -> f32(2, 3).crossEntropyWithLogits(i32(3))),
        shape(
            "takeAlong: index [3, 2] into [2, 3] along axis 1, expected equal sizes on every other axis",
            () -> f32(2, 3).takeAlong(i32(3, 2), 1)),
        shape(
            "indexSelect: index [1, 2], expected one axis", () -> f32(3).indexSelect(i32(1, 2), 0)),
        shape(
            "gather: a scalar has no rows to select; reshape it to [1]",
            () -> f32().gather(i32(2))),
        shape(
            "scatterAdd: updates: shapes [2, 3] and [3], expected equal",
            () -> f32(4, 3).scatterAdd(i32(2), f32(3))),
        shape(
            "dynamicSlice: part [5] of [4], expected one that fits",
            () -> f32(4).dynamicSlice(i32(1), 5)));
  }

  static Stream<Bad> dtypes() {
    Tensor truth = f32(2).gt(0);
    return Stream.of(
        dtype(
            "add: dtypes f32 and i32, expected equal; cast one of them", () -> f32(2).add(i32(2))),
        dtype("add: not defined for bool; cast first", () -> truth.add(truth)),
        dtype("exp: not defined for i32, expected f32 or f64; cast first", () -> i32(2).exp()),
        dtype("neg: not defined for bool, expected a numeric dtype", truth::neg),
        dtype("and: not defined for f32; cast first", () -> f32(2).and(f32(2))),
        dtype(
            "where: condition is f32, expected bool; cast it", () -> f32(2).where(f32(2), f32(2))),
        dtype("sum: not defined for bool, expected a numeric dtype; cast first", () -> truth.sum()),
        dtype("mean: not defined for i32, expected f32 or f64; cast first", () -> i32(2).mean()),
        dtype("gather: index is f32, expected i32 or i64; cast it", () -> f32(2).gather(f32(2))),
        dtype(
            "takeAlong: index is f32, expected i32 or i64; cast it",
            () -> f32(2).takeAlong(f32(2), 0)),
        dtype(
            "crossEntropyWithLogits: target is f32, expected i32 or i64; cast it",
            () -> f32(2, 3).crossEntropyWithLogits(f32(2))),
        dtype(
            "oneHot: not defined for f32, expected i32, i64 or u8; cast first",
            () -> f32(2).oneHot(3)),
        dtype("ceil: not defined for i32, expected f32 or f64; cast first", () -> i32(2).ceil()),
        dtype(
            "l2Norm: not defined for i32, expected f32 or f64; cast first", () -> i32(2).l2Norm()),
        dtype(
            "maxPool2d: not defined for i32, expected f32 or f64; cast first",
            () -> i32(1, 1, 2, 2).maxPool2d(2, 2, 0)),
        dtype(
            "mul: 0.5 is no i32 value, and the tensor is i32[2]@reference; cast the tensor first",
            () -> i32(2).mul(0.5)),
        dtype(
            "lt: 256.0 is no u8 value, and the tensor is u8[2]@reference; cast the tensor first",
            () -> i32(2).cast(DType.U8).lt(256)),
        dtype(
            "maximum: Infinity is no i32 value, and the tensor is i32[2]@reference; cast the tensor first",
            () -> i32(2).maximum(Double.POSITIVE_INFINITY)),
        dtype(
            "randn: not defined for i32, expected f32 or f64",
            () -> Tensor.randn(DType.I32, Key.of(1), 2)),
        dtype(
            "randint: not defined for f32, expected i32, i64 or u8; cast the result",
            () -> Tensor.randint(DType.F32, Key.of(1), 0, 2, 2)),
        dtype(
            "linspace: not defined for i32, expected f32 or f64; cast the result",
            () -> Tensor.linspace(DType.I32, 0, 1, 2)),
        dtype(
            "iota: not defined for bool, expected a numeric dtype; cast the result",
            () -> Tensor.iota(2, DType.BOOL, Device.REFERENCE)));
  }

  static Stream<Bad> values() {
    return Stream.of(
        value("clamp: lo 2.0 and hi 1.0, expected lo <= hi", () -> f32(2).clamp(2, 1)),
        value("pNorm: p 0.0, expected above 0", () -> f32(2).pNorm(0)),
        value(
            "bernoulli: probability 1.5, expected 0 to 1",
            () -> Tensor.bernoulli(Key.of(1), 1.5, 2)),
        value(
            "uniform: lo 2.0 and hi 1.0, expected finite bounds with lo <= hi",
            () -> Tensor.uniform(Key.of(1), 2, 1, 2)),
        value(
            "normal: standard deviation -1.0, expected 0 or more and finite",
            () -> Tensor.normal(Key.of(1), 0, -1, 2)),
        value(
            "randint: 3 to 3 for i32, expected lo < hi, at most 2^32 numbers, all of them in the"
                + " dtype's range",
            () -> Tensor.randint(Key.of(1), 3, 3, 2)),
        shape(
            "arange: 0 to 5 by step 0, expected a step other than 0", () -> Tensor.arange(0, 5, 0)),
        shape(
            "arange: 0.0 to Infinity by 1.0, expected finite bounds and a step other than 0",
            () -> Tensor.arange(DType.F32, 0, Double.POSITIVE_INFINITY, 1)));
  }

  static Stream<Bad> devices() {
    Tensor elsewhere = Tensor.full(DType.F32, 1, Shape.of(2), Device.CPU);
    return Stream.of(
        new Bad(
            DeviceException.class,
            "add: sources on reference and cpu, expected one device; move one of them",
            () -> f32(2).add(elsewhere)),
        new Bad(
            DeviceException.class,
            "concat: sources on cpu and reference, expected one device; move one of them",
            () -> Tensor.concat(0, elsewhere, f32(2))));
  }

  /// Found only when the elements are known.
  static Stream<Bad> indices() {
    Tensor three = Tensor.full(DType.I32, 3, Shape.of(2), Device.REFERENCE);
    return Stream.of(
        new Bad(
            IndexException.class,
            "gather: index 3 at position 0 of rows 0 to 2, expected a row that exists; clamp the index"
                + " or add rows",
            () -> f32(3).gather(three).realise()),
        // not the next row's first element
        new Bad(
            IndexException.class,
            "gather: index -1 at position 0 of rows 0 to 5, expected a row that exists; clamp the index"
                + " or add rows",
            () -> f32(2, 3).takeAlong(three.reshape(2, 1), 1).realise()));
  }

  @ParameterizedTest
  @MethodSource({"shapes", "axes", "products", "dtypes", "values", "devices", "indices"})
  void errorsSayWhatIsWrong(Bad bad) {
    assertEquals(bad.message, assertThrows(bad.type, bad.call).getMessage());
  }
}
