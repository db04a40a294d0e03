package jacquard.nn;

import jacquard.tensor.Tensor;
import java.util.List;

/// Layers one after the other.
///
/// @param layers one after the other
public record Sequential(List<Layer> layers) implements Layer {
  /// Copies the list.
  public Sequential {
    layers = List.copyOf(layers);
  }

  /// {@return layers one after the other}
  ///
  /// @param layers one after the other
  public static Sequential of(Layer... layers) {
    return new Sequential(List.of(layers));
  }

  @Override
  public Tensor forward(Tensor x, Pass pass) {
    Tensor y = x;
    for (Layer layer : layers) {
      y = layer.forward(y, pass);
    }
    return y;
  }

  @Override
  public Parts parts() {
    return Parts.of(layers);
  }
}
