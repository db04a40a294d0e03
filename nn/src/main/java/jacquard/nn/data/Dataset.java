package jacquard.nn.data;

import java.util.List;
import java.util.Objects;

/// Examples by index. All have the same fields.
///
/// Reading must be safe on any thread, and depend on nothing but the dataset, the index and the
/// batch's epoch: loaders read ahead on their own thread, and resumed runs read again.
public interface Dataset {
  /// {@return number of examples}
  int size();

  /// {@return what every example consists of}
  List<Field> fields();

  /// Writes example `index` to row `row` of `batch`, whose fields are this dataset's.
  ///
  /// The array of field `f` takes it from element `row * batch.stride(f)`. The row holds zeros
  /// before.
  ///
  /// @param index of the example
  /// @param batch where to
  /// @param row which of its rows
  void read(int index, Batch batch, int row);

  /// Examples `from` to `to` (exclusive), in place.
  ///
  /// @param from the first example
  /// @param to the end, which is left out
  /// @return the part, which reads from this
  default Dataset slice(int from, int to) {
    Objects.checkFromToIndex(from, to, size());
    return new Slice(this, from, to);
  }
}

/// A range of another dataset.
record Slice(Dataset all, int from, int to) implements Dataset {
  @Override
  public int size() {
    return to - from;
  }

  @Override
  public List<Field> fields() {
    return all.fields();
  }

  @Override
  public void read(int index, Batch batch, int row) {
    all.read(from + Objects.checkIndex(index, size()), batch, row);
  }
}
