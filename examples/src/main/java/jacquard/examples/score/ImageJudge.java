package jacquard.examples.score;

import jacquard.examples.recipe.classifier.Classifier;
import jacquard.nn.Pass;
import jacquard.nn.metrics.ClassHistogram;
import jacquard.nn.metrics.FeatureNetwork;
import jacquard.nn.metrics.Features;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import org.jspecify.annotations.Nullable;

/// A feature network for pictures of one size, and the classifier that it is part of if it is.
///
/// @param network pictures to features
/// @param picture shape that it takes, `[channels, height, width]`
/// @param classifier null for a network that names no classes
public record ImageJudge(FeatureNetwork network, Shape picture, @Nullable Classifier classifier) {

  /// A judge by a classifier of our own.
  ///
  /// @param classifier a trained one
  /// @param name to be told of where its figures are shown
  /// @return a judge by what the classifier sees before it decides
  public static ImageJudge of(Classifier classifier, String name) {
    Classifier.Sizes sizes = classifier.sizes();
    return new ImageJudge(
        new ClassifierFeatures(classifier, name),
        Shape.of(sizes.channels(), sizes.height(), sizes.width()),
        classifier);
  }

  /// Looks at pictures.
  ///
  /// @param pictures `[count, channels, height, width]`, black 0 and white 1
  /// @param count number of pictures
  /// @return the features of each
  public Features features(float[] pictures, int count) {
    return Features.of(network, pictures, count, picture);
  }

  /// Which classes the classifier takes pictures for, by their features; null without a classifier.
  ///
  /// @param features from [#features]
  /// @return how many pictures of each class
  public @Nullable ClassHistogram classes(Features features) {
    if (classifier == null) {
      return null;
    }
    Tensor rows = Tensor.of(features.values(), features.rows(), features.dim());
    int[] taken = classifier.verdict(rows, Pass.evaluation()).argmax(-1).toIntArray();
    return ClassHistogram.of(taken, classifier.sizes().classes());
  }
}
