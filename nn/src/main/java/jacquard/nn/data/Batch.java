package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.HostBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/// Some examples, each field in one row-major array `[rows, shape...]`.
///
/// Arrays are filled once, by whoever makes the batch, and only read from then on: tensors look
/// into them.
public final class Batch {
  private final long step;
  private final long epoch;
  private final int rows;
  private final int valid;
  private final List<Field> fields;
  private final Object[] arrays;

  /// A batch of zeros, to be filled.
  ///
  /// @param step which batch of the run this is, from 0
  /// @param epoch which pass over the data it belongs to, from 0
  /// @param rows number of rows
  /// @param valid rows that hold examples; the rest is padding
  /// @param fields names, dtypes and shapes
  public Batch(long step, long epoch, int rows, int valid, List<Field> fields) {
    if (rows < 1 || valid < 0 || valid > rows) {
      throw new IllegalArgumentException(
          "batch: "
              + valid
              + " valid of "
              + rows
              + " rows, expected at least 1 row and 0 to rows valid");
    }
    this.step = step;
    this.epoch = epoch;
    this.rows = rows;
    this.valid = valid;
    this.fields = List.copyOf(fields);
    this.arrays = new Object[fields.size()];
    for (int f = 0; f < arrays.length; f++) {
      arrays[f] = HostBuffer.newArray(fields.get(f).dtype(), shape(f).arraySize());
    }
  }

  /// {@return step that this is the batch of}
  public long step() {
    return step;
  }

  /// {@return epoch that its examples are from}
  public long epoch() {
    return epoch;
  }

  /// {@return examples and padding: the size of the first axis}
  public int rows() {
    return rows;
  }

  /// {@return rows that hold examples; the ones after them are padding and zero}
  public int valid() {
    return valid;
  }

  /// {@return names, dtypes and shapes, in the dataset's order}
  public List<Field> fields() {
    return fields;
  }

  /// {@return elements that one row of field `f` takes}
  ///
  /// @param f number of the field
  public int stride(int f) {
    return fields.get(f).shape().arraySize();
  }

  private Shape shape(int f) {
    int[] dims = fields.get(f).shape().toArray();
    int[] all = new int[dims.length + 1];
    all[0] = rows;
    System.arraycopy(dims, 0, all, 1, dims.length);
    return Shape.of(all);
  }

  /// {@return the field called `name`, `[rows, shape...]`, on the standard device; its memory is
  /// this array where the device is the host}
  ///
  /// @param name name of the field
  public Tensor tensor(String name) {
    return tensor(name, Device.standard());
  }

  /// {@return as [#tensor(String)], on `device`}
  ///
  /// @param name name of the field
  /// @param device where it lives
  public Tensor tensor(String name, Device device) {
    int f = index(name);
    return Tensor.stored(fields.get(f).dtype(), arrays[f], shape(f), device);
  }

  /// {@return 1 for rows that hold examples and 0 for padding: f32 `[rows]`}
  public Tensor mask() {
    return mask(Device.standard());
  }

  /// {@return as [#mask()], on `device`}
  ///
  /// @param device where it lives
  public Tensor mask(Device device) {
    float[] mask = new float[rows];
    Arrays.fill(mask, 0, valid, 1);
    return Tensor.stored(DType.F32, mask, Shape.of(rows), device);
  }

  /// {@return the array of an f32 field; not copied}
  ///
  /// @param name name of the field
  public float[] floats(String name) {
    return (float[]) array(index(name), DType.F32);
  }

  /// {@return the array of an f32 field by number; not copied}
  ///
  /// @param f number of the field
  public float[] floats(int f) {
    return (float[]) array(f, DType.F32);
  }

  /// {@return the array of an i32 field; not copied}
  ///
  /// @param name name of the field
  public int[] ints(String name) {
    return (int[]) array(index(name), DType.I32);
  }

  /// {@return the array of an i32 field by number; not copied}
  ///
  /// @param f number of the field
  public int[] ints(int f) {
    return (int[]) array(f, DType.I32);
  }

  /// {@return the array of a field of any dtype, `float[]` for f32 and so on; not copied}
  ///
  /// @param f number of the field
  public Object array(int f) {
    return arrays[f];
  }

  private Object array(int f, DType expected) {
    Field field = fields.get(f);
    if (field.dtype() != expected) {
      throw new IllegalArgumentException("batch: field " + field + ", expected dtype " + expected);
    }
    return arrays[f];
  }

  private int index(String name) {
    for (int f = 0; f < arrays.length; f++) {
      if (fields.get(f).name().equals(name)) {
        return f;
      }
    }
    throw new IllegalArgumentException(
        "batch: no field '"
            + name
            + "', expected one of "
            + fields.stream().map(Field::name).collect(Collectors.joining(", ")));
  }

  @Override
  public String toString() {
    return "batch "
        + step
        + " (epoch "
        + epoch
        + "): "
        + valid
        + " of "
        + rows
        + " rows of "
        + fields;
  }
}
