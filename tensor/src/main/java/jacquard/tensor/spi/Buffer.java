package jacquard.tensor.spi;

import jacquard.tensor.DType;

/// A run of elements on a device.
///
/// Host arrays are `float[]` for f32, f16 and bf16, `double[]` f64, `int[]` i32, `long[]` i64,
/// `byte[]` u8 and bool.
public interface Buffer {
  /// {@return dtype of the elements}
  DType dtype();

  /// {@return number of elements}
  int size();

  /// Copies elements to a host array.
  ///
  /// @param from first element of this buffer
  /// @param array host array of this dtype's type
  /// @param at first element of the array
  /// @param count number of elements
  void read(int from, Object array, int at, int count);

  /// Copies elements from a host array; parameters as in [#read].
  ///
  /// @param from the first
  /// @param array elements in the array type of the dtype
  /// @param at index of the token, for the error text
  /// @param count how many
  void write(int from, Object array, int at, int count);
}
