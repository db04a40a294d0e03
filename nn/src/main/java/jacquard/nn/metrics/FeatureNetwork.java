package jacquard.nn.metrics;

import jacquard.tensor.Tensor;

/// What turns pictures into vectors whose distances mean something: a trained classifier without
/// its last layer.
///
/// Distances by different networks can't be compared with each other: a figure names its network.
public interface FeatureNetwork {
  /// The vectors of pictures.
  ///
  /// @param pictures f32 `[N, channels, height, width]`, black 0 and white 1
  /// @return f32 `[N, dim]`; a row depends on its own picture only
  Tensor features(Tensor pictures);

  /// Which network this is, for people.
  ///
  /// @return the name
  String name();
}
