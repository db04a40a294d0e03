package jacquard.examples.score;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.nn.Pass;
import jacquard.nn.metrics.FeatureNetwork;
import jacquard.tensor.Tensor;

/// What a trained classifier sees before it decides.
///
/// @param classifier in its evaluation mode
/// @param name to be told of where its figures are shown
public record ClassifierFeatures(Classifier classifier, String name) implements FeatureNetwork {

  @Override
  public Tensor features(Tensor pictures) {
    return classifier.features(pictures, Pass.evaluation());
  }
}
