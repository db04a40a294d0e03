package jacquard.nn;

import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// `x weight^T + bias`: `[..., in]` to `[..., out]`.
///
/// @param weight `[out, in]`
/// @param bias `[out]`, or null for none
/// @param lora what is added to the weight, or null for nothing
public record Linear(Parameter weight, @Nullable Parameter bias, @Nullable Lora lora)
    implements Layer {

  /// Nothing is added to the weight.
  ///
  /// @param weight `[out, in]`
  /// @param bias `[out]`, or null for none
  public Linear(Parameter weight, @Nullable Parameter bias) {
    this(weight, bias, null);
  }

  /// With a bias, both uniform within `1 / sqrt(in)`.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @return the layer
  public static Linear of(Init init, int in, int out) {
    return of(init, in, out, Initialiser.standard(), Initialiser.uniform(1 / Math.sqrt(in)));
  }

  /// Without a bias.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param weight how the first values are drawn
  /// @return the layer
  public static Linear of(Init init, int in, int out, Initialiser weight) {
    return of(init, in, out, weight, null);
  }

  /// A layer with values drawn as one likes.
  ///
  /// @param init where the layer stands in the model: names and seed
  /// @param in size of the last axis, or channels, of what comes in
  /// @param out size of the last axis, or channels, of what goes out
  /// @param weight how the first values are drawn
  /// @param bias null for a layer without bias
  /// @return the layer
  public static Linear of(
      Init init, int in, int out, Initialiser weight, @Nullable Initialiser bias) {
    return new Linear(
        init.parameter("weight", weight, out, in),
        bias == null ? null : init.parameter("bias", bias, out));
  }

  /// The same weight and bias with `lora` added to the weight; null for nothing.
  ///
  /// @param lora what is added to the weight, or null for nothing
  /// @return the layer, which shares its parameters with this
  public Linear withLora(@Nullable Lora lora) {
    return new Linear(weight, bias, lora);
  }

  /// Without a [#lora]: this, with what it adds now put into the weight.
  ///
  /// @return the layer
  public Linear merged() {
    if (lora == null) {
      return this;
    }
    weight.load(weight.value().add(lora.weight()).toArray());
    return withLora(null);
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = pass.operand(x).matmulWide(pass.operand(pass.value(weight)).t());
    Tensor z = lora == null ? y : y.add(lora.forward(x, pass));
    return bias == null ? z : z.add(pass.value(bias));
  }

  @Override
  public Parts parts() {
    return Parts.of(weight, bias, lora);
  }
}
