package jacquard.bench.ratio;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Our times beside the best peer's.
final class Ratios {
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
  /// Several lines of one engine and workload count by their median; of the peers the fastest
  /// counts.
  static List<Ratio> of(List<Line> ours, List<Line> peers) {
    List<Ratio> ratios = new ArrayList<>();
    Map<Key, List<Line>> groups =
        ours.stream()
            .collect(
                Collectors.groupingBy(
                    line -> new Key(line.base(), line.threads()),
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

  private static Optional<Line> best(Key key, List<Line> peers) {
    return peers.stream()
        .filter(line -> line.base().equals(key.workload) && line.threads() == key.threads)
        .collect(Collectors.groupingBy(line -> List.of(line.peer(), line.workload())))
        .values()
        .stream()
        .map(lines -> {
          Line first = lines.getFirst();
          return new Line(first.peer(), first.workload(), first.threads(), median(lines));
        })
        .min(Comparator.comparingDouble(Line::millis).thenComparing(Line::peer));
  }

  private static double median(List<Line> lines) {
    double[] sorted = lines.stream().mapToDouble(Line::millis).sorted().toArray();
    return sorted[(sorted.length - 1) / 2];
  }
}
