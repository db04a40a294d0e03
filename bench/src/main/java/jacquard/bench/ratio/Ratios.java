package jacquard.bench.ratio;

import jacquard.bench.figures.Figure;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Our times beside the best peer's.
final class Ratios {
  private static final String FUSED_ATTENTION = "-sdpa";

  /// @param peer the fastest, with the suffix of its way of computing it
  /// @param ours milliseconds
  /// @param theirs milliseconds
  record Ratio(String workload, int threads, double ours, String peer, double theirs) {
    /// Below 1 is faster than the peer.
    double value() {
      return ours / theirs;
    }
  }

  private record Key(String workload, int threads) {}

  private Ratios() {}

  /// A ratio for each workload and number of threads that both sides measured, in our order.
  /// Several figures of one engine and workload count by their median; of the peers the fastest
  /// counts.
  static List<Ratio> of(List<Figure> ours, List<Figure> peers) {
    List<Ratio> ratios = new ArrayList<>();
    Map<Key, List<Figure>> groups =
        ours.stream()
            .collect(
                Collectors.groupingBy(
                    line -> new Key(base(line), line.threads()),
                    LinkedHashMap::new,
                    Collectors.toList()));
    groups.forEach((key, lines) ->
        best(key, peers)
            .ifPresent(peer ->
                ratios.add(
                    new Ratio(
                        key.workload,
                        key.threads,
                        median(lines),
                        peer.peer() + peer.workload().substring(key.workload.length()),
                        peer.millis()))));
    return ratios;
  }

  private static Optional<Figure> best(Key key, List<Figure> peers) {
    return peers.stream()
        .filter(line -> base(line).equals(key.workload) && line.threads() == key.threads)
        .collect(Collectors.groupingBy(line -> List.of(line.peer(), line.workload())))
        .values()
        .stream()
        .map(lines -> {
          Figure first = lines.getFirst();
          return new Figure(
              first.peer(),
              first.workload(),
              first.threads(),
              median(lines),
              first.gflops(),
              first.gigabytes());
        })
        .min(Comparator.comparingDouble(Figure::millis).thenComparing(Figure::peer));
  }

  /// The workload that a figure is a way to compute: libtorch's fused attention is a second way.
  private static String base(Figure figure) {
    String workload = figure.workload();
    return workload.endsWith(FUSED_ATTENTION)
        ? workload.substring(0, workload.length() - FUSED_ATTENTION.length())
        : workload;
  }

  private static double median(List<Figure> lines) {
    double[] sorted = lines.stream().mapToDouble(Figure::millis).sorted().toArray();
    return sorted[(sorted.length - 1) / 2];
  }
}
