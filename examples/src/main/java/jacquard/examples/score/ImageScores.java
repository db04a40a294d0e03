package jacquard.examples.score;

import jacquard.nn.metrics.Features;
import jacquard.nn.metrics.FrechetDistance;
import jacquard.nn.metrics.KernelDistance;
import jacquard.nn.metrics.Moments;
import jacquard.nn.metrics.PrecisionRecall;
import java.util.LinkedHashMap;
import java.util.Map;

/// How far one set of pictures is from another, in the features of one network.
///
/// @param fid Frechet distance of normal distributions with the features' moments; 0 is best
/// @param kernel distance of the features by a polynomial kernel; 0 is best
/// @param among how many drawn pictures lie among real ones, and the other way round
/// @param count pictures that were compared
public record ImageScores(double fid, KernelDistance kernel, PrecisionRecall among, int count) {
  private static final int SUBSETS = 50;

  /// At most half of the pictures: subsets of all of them would be one and the same.
  private static final int SUBSET = 1000;

  private static final int NEIGHBOURS = 3;

  /// The paper's 10,000 would take most of the time, for the third digit.
  private static final int MOST_NEIGHBOURS = 5000;

  /// Compares two sets.
  ///
  /// @param real pictures to be like
  /// @param drawn pictures to be judged
  /// @return all figures
  /// @throws IllegalArgumentException if there are too few to measure by
  public static ImageScores of(Features real, Features drawn) {
    int subset = Math.min(SUBSET, Math.min(real.rows(), drawn.rows()) / 2);
    return new ImageScores(
        fid(Moments.of(real), drawn),
        KernelDistance.between(real, drawn, SUBSETS, subset, 1),
        PrecisionRecall.of(first(real), first(drawn), NEIGHBOURS),
        drawn.rows());
  }

  /// FID alone.
  ///
  /// @param real moments of the features of the pictures to be like
  /// @param drawn features of the pictures to be judged
  /// @return 0 or more
  public static double fid(Moments real, Features drawn) {
    return FrechetDistance.between(real, Moments.of(drawn), new EjmlEigen());
  }

  private static Features first(Features all) {
    return all.slice(0, Math.min(MOST_NEIGHBOURS, all.rows()));
  }

  /// By name, as `eval.json` has them.
  ///
  /// @return the figures
  public Map<String, Double> values() {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("fid", fid);
    values.put("kid", kernel.mean());
    values.put("kid_deviation", kernel.deviation());
    values.put("precision", among.precision());
    values.put("recall", among.recall());
    return values;
  }
}
