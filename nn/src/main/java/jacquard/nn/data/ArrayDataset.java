package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/// Examples in memory: arrays or tensors whose first axis counts them.
public final class ArrayDataset implements Dataset {
  private final int size;
  private final List<Field> fields;
  private final Object[] arrays;

  private ArrayDataset(int size, List<Field> fields, Object[] arrays) {
    this.size = size;
    this.fields = List.copyOf(fields);
    this.arrays = arrays;
  }

  /// A dataset of `size` examples without fields yet; {@link #with} adds them.
  ///
  /// @param size number of examples
  /// @return the dataset
  public static ArrayDataset ofSize(int size) {
    if (size < 0) {
      throw new IllegalArgumentException("dataset: size " + size + ", expected 0 or more");
    }
    return new ArrayDataset(size, List.of(), new Object[0]);
  }

  /// Adds an f32 field; the array is not copied.
  ///
  /// @param name what the field is called
  /// @param data elements of all examples, row by row
  /// @param dims of one example
  /// @return this
  /// @throws IllegalArgumentException if the array's length isn't size times `dims`, or the name is
  ///   taken
  public ArrayDataset with(String name, float[] data, int... dims) {
    return with(new Field(name, DType.F32, Shape.of(dims)), data, data.length);
  }

  /// Adds an i32 field; the array is not copied.
  ///
  /// @param name what the field is called
  /// @param data elements of all examples, row by row
  /// @param dims size of each axis of one example
  /// @return this
  public ArrayDataset with(String name, int[] data, int... dims) {
    return with(new Field(name, DType.I32, Shape.of(dims)), data, data.length);
  }

  /// Adds a tensor `[size, shape...]` of any dtype as a field; it is evaluated and copied.
  ///
  /// @param name what the field is called
  /// @param tensor elements of all examples
  /// @return this
  public ArrayDataset with(String name, Tensor tensor) {
    int[] dims = tensor.shape().toArray();
    if (dims.length == 0 || dims[0] != size) {
      throw new IllegalArgumentException(
          "dataset: field '%s' is %s, expected a first axis of %d".formatted(name, tensor, size));
    }
    Shape shape = Shape.of(Arrays.copyOfRange(dims, 1, dims.length));
    return with(
        new Field(name, tensor.dtype(), shape), tensor.toArray(), tensor.shape().arraySize());
  }

  private ArrayDataset with(Field field, Object array, int length) {
    if (length != size * field.shape().size()) {
      throw new IllegalArgumentException(
          "dataset: field %s has %d elements, expected %d for %d examples"
              .formatted(field, length, size * field.shape().size(), size));
    }
    if (fields.stream().anyMatch(other -> other.name().equals(field.name()))) {
      throw new IllegalArgumentException("dataset: two fields are called '" + field.name() + "'");
    }
    List<Field> more = new ArrayList<>(fields);
    more.add(field);
    Object[] all = Arrays.copyOf(arrays, arrays.length + 1);
    all[arrays.length] = array;
    return new ArrayDataset(size, more, all);
  }

  @Override
  public int size() {
    return size;
  }

  @Override
  public List<Field> fields() {
    return fields;
  }

  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the field's dtype
  @Override
  public void read(int index, Batch batch, int row) {
    Objects.checkIndex(index, size);
    for (int f = 0; f < arrays.length; f++) {
      int stride = batch.stride(f);
      System.arraycopy(arrays[f], index * stride, batch.array(f), row * stride, stride);
    }
  }
}
