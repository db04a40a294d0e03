package jacquard.nn.text;

import jacquard.nn.data.SplitMix;
import jacquard.nn.text.TextFiles.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;

/// Documents to learn from and documents to measure on; none is in both.
///
/// @param train to learn from
/// @param validation to measure on
public record DocumentSplit(List<Document> train, List<Document> validation) {
  /// Draws documents to measure on until they hold `fraction` of all characters. Both parts keep
  /// the documents' order; the same seed draws the same.
  ///
  /// @param documents two or more
  /// @param fraction above 0 and below 1
  /// @param seed same seed, same numbers
  /// @return both parts
  /// @throws IllegalArgumentException if one of the parts would be empty
  public static DocumentSplit of(List<Document> documents, double fraction, long seed) {
    if (documents.size() < 2 || !(fraction > 0 && fraction < 1)) {
      throw new IllegalArgumentException(
          "split: %d documents by %s, expected 2 or more by a fraction above 0 and below 1"
              .formatted(documents.size(), fraction));
    }
    long wanted =
        (long) (fraction * documents.stream().mapToLong(each -> each.text().length()).sum());
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      order.add(i);
    }
    SplitMix random = SplitMix.of(seed, documents.size());
    TreeSet<Integer> drawn = new TreeSet<>();
    long length = 0;
    while (drawn.isEmpty() || (length < wanted && order.size() > 1)) {
      int next = order.remove(/* index */ random.nextInt(order.size()));
      drawn.add(next);
      length += documents.get(next).text().length();
    }
    List<Document> train = new ArrayList<>();
    List<Document> validation = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      (drawn.contains(i) ? validation : train).add(documents.get(i));
    }
    return new DocumentSplit(List.copyOf(train), List.copyOf(validation));
  }
}
