package jacquard.nn.hub;

import jacquard.nn.Parameter;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;

/// A parameter and the stored tensors that it consists of, one below the other: queries, keys and
/// values, for example, are one matrix here and three there.
///
/// @param pieces in the order of the parameter's rows
record Slot(Parameter parameter, List<Piece> pieces) {

  /// @param name of the stored tensor
  /// @param rows of the parameter that it holds
  /// @param transposed whether it is stored as `[columns, rows]`
  record Piece(String name, int rows, boolean transposed) {}

  Slot {
    pieces = List.copyOf(pieces);
  }

  /// A parameter that is one stored tensor.
  static Slot of(String name, Parameter parameter) {
    return of(name, parameter, false);
  }

  static Slot of(String name, Parameter parameter, boolean transposed) {
    return new Slot(parameter, List.of(new Piece(name, parameter.shape().dim(0), transposed)));
  }

  /// Elements of a row.
  private int columns() {
    return parameter.shape().rank() == 1 ? 1 : parameter.shape().dim(1);
  }

  /// The shape that a piece is stored with.
  private long[] dims(Piece piece) {
    return parameter.shape().rank() == 1
        ? new long[] {piece.rows}
        : piece.transposed
            ? new long[] {columns(), piece.rows}
            : new long[] {piece.rows, columns()};
  }

  /// What is wrong with the tensor that is stored for a piece, or nothing.
  List<String> problems(Piece piece, StoredTensor stored) {
    List<String> problems = new ArrayList<>();
    if (!Arrays.equals(dims(piece), stored.dims())) {
      problems.add(stored + ", expected " + Arrays.toString(dims(piece)));
    } else if (stored.type() != StoredType.F32
        && stored.type() != StoredType.F16
        && stored.type() != StoredType.BF16) {
      problems.add(stored + ", expected F32, F16 or BF16");
    }
    return problems;
  }

  /// Gives the parameter the stored values, which have no problems.
  void load(Map<String, StoredTensor> tensors) throws FormatException {
    float[] all = new float[parameter.shape().arraySize()];
    int at = 0;
    for (Piece piece : pieces) {
      float[] values = java.util.Objects.requireNonNull(tensors.get(piece.name)).toFloatArray();
      if (piece.transposed) {
        values = transposed(values, columns(), piece.rows);
      }
      System.arraycopy(values, 0, all, at, values.length);
      at += values.length;
    }
    parameter.load(all);
  }

  /// The parameter's value as it is stored.
  List<StoredTensor> stored(StoredType type) {
    float[] all = parameter.value().toFloatArray();
    List<StoredTensor> stored = new ArrayList<>();
    int at = 0;
    for (Piece piece : pieces) {
      float[] values = Arrays.copyOfRange(all, at, at + piece.rows * columns());
      at += values.length;
      stored.add(
          StoredTensor.of(
              piece.name,
              type,
              piece.transposed ? transposed(values, piece.rows, columns()) : values,
              dims(piece)));
    }
    return stored;
  }

  /// The transpose of a matrix of `rows` by `columns`.
  private static float[] transposed(float[] x, int rows, int columns) {
    float[] result = new float[x.length];
    for (int row = 0; row < rows; row++) {
      for (int column = 0; column < columns; column++) {
        result[column * rows + row] = x[row * columns + column];
      }
    }
    return result;
  }
}
