package jacquard.nn.data;

import jacquard.nn.io.FormatException;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;

/// An array in the IDX format of MNIST, plain or gzipped.
///
///     0 0 type rank | size of each axis, 4 bytes | elements, row-major        all big-endian
///
/// @see <a href="https://en.wikipedia.org/wiki/MNIST_database">MNIST</a>
public final class IdxFile {
  /// Largest array that {@link #read(Path)} accepts: 1 GiB.
  public static final long DEFAULT_LIMIT = 1L << 30;

  private static final int MAX_RANK = 8;
  private static final int CHUNK = 1 << 16;

  /// Element types; the code is the format's.
  public enum Type {
    /// A byte without a sign, 0 to 255.
    UBYTE(0x08, 1),
    /// A byte with a sign.
    BYTE(0x09, 1),
    /// A whole number of 16 bits.
    SHORT(0x0B, 2),
    /// A whole number of 32 bits.
    INT(0x0C, 4),
    /// A float of 32 bits.
    FLOAT(0x0D, 4),
    /// A float of 64 bits.
    DOUBLE(0x0E, 8);

    private final int code;
    private final int bytes;

    Type(int code, int bytes) {
      this.code = code;
      this.bytes = bytes;
    }

    /// {@return size of one element in bytes}
    public int bytes() {
      return bytes;
    }

    private static @Nullable Type of(int code) {
      for (Type type : values()) {
        if (type.code == code) {
          return type;
        }
      }
      return null;
    }
  }

  private final String source;
  private final Type type;
  private final int[] dims;
  private final byte[] data;

  private IdxFile(String source, Type type, int[] dims, byte[] data) {
    this.source = source;
    this.type = type;
    this.dims = dims;
    this.data = data;
  }

  /// Reads a file, also one that gzip has packed.
  ///
  /// @param path the file
  /// @return the file's contents
  /// @throws FormatException if the file can't be read, or isn't one whole IDX array of at most 1
  ///   GiB
  public static IdxFile read(Path path) throws FormatException {
    return read(path, DEFAULT_LIMIT);
  }

  /// Memory follows the data that are there, not what the header claims: at most twice their size.
  ///
  /// @param path the file
  /// @param limit largest number of data bytes to accept
  /// @return the file's contents
  /// @throws FormatException if the file can't be read, or isn't one whole IDX array within the
  ///   limit
  public static IdxFile read(Path path, long limit) throws FormatException {
    try (InputStream file = new BufferedInputStream(Files.newInputStream(path))) {
      file.mark(2);
      boolean gzip = file.read() == 0x1F && file.read() == 0x8B;
      file.reset();
      if (!gzip) {
        return read(file, path.toString(), Files.size(path), limit);
      }
      try (InputStream unpacked = new GZIPInputStream(file, CHUNK)) {
        return read(unpacked, path.toString(), -1, limit);
      }
    } catch (ZipException e) {
      throw fail(path.toString(), "the gzip data are damaged: " + e.getMessage());
    } catch (EOFException e) {
      throw fail(path.toString(), "the gzip data end too early; the file is truncated");
    } catch (IOException e) {
      throw FormatException.unreadable("idx", path, e);
    }
  }

  /// @param fileBytes length of the whole stream, or -1 if it is known only at its end
  private static IdxFile read(InputStream in, String source, long fileBytes, long limit)
      throws IOException {
    byte[] magic = in.readNBytes(4);
    if (magic.length < 4 || magic[0] != 0 || magic[1] != 0) {
      throw fail(
          source,
          "starts with " + hex(magic) + ", expected 00 00, a type and a rank; is it an IDX file?");
    }
    Type type = Type.of(magic[2] & 255);
    int rank = magic[3] & 255;
    if (type == null || rank > MAX_RANK) {
      throw fail(
          source,
          "has type 0x%02x and rank %d, expected type 0x08, 0x09, 0x0b to 0x0e and rank 0 to %d"
              .formatted(magic[2], rank, MAX_RANK));
    }
    byte[] sizes = in.readNBytes(4 * rank);
    if (sizes.length < 4 * rank) {
      throw fail(source, "ends within its header; the file is truncated");
    }
    int[] dims = new int[rank];
    ByteBuffer.wrap(sizes).asIntBuffer().get(dims);
    long expected = byteSize(source, type, dims, limit);
    if (fileBytes >= 0) {
      long present = fileBytes - 4 - sizes.length;
      if (present != expected) {
        throw wrongLength(source, type, dims, present + " bytes", expected);
      }
    }
    byte[] data = data(in, (int) expected);
    if (data.length < expected) {
      throw wrongLength(source, type, dims, data.length + " bytes", expected);
    }
    if (in.read() >= 0) {
      throw wrongLength(source, type, dims, "more than " + expected + " bytes", expected);
    }
    return new IdxFile(source, type, dims, data);
  }

  private static long byteSize(String source, Type type, int[] dims, long limit)
      throws FormatException {
    long size = type.bytes;
    boolean empty = false;
    boolean large = false;
    for (int dim : dims) {
      if (dim < 0) {
        throw fail(
            source,
            "has an axis of " + Integer.toUnsignedString(dim) + ", expected at most 2147483647");
      }
      empty |= dim == 0;
      // Once above the limit, stop multiplying: the product could overflow, unless a size is 0.
      large |= size * Math.max(dim, 1) > Math.min(limit, Integer.MAX_VALUE - 64);
      size = large ? Long.MAX_VALUE >>> 32 : size * Math.max(dim, 1);
    }
    if (empty) {
      return 0;
    }
    if (large) {
      throw fail(
          source,
          "claims %s%s, expected at most %d bytes".formatted(type, Arrays.toString(dims), limit));
    }
    return size;
  }

  private static byte[] data(InputStream in, int expected) throws IOException {
    byte[] data = new byte[Math.min(expected, CHUNK)];
    int count = 0;
    while (true) {
      int read = in.readNBytes(data, count, data.length - count);
      count += read;
      if (count < data.length || count == expected) {
        return Arrays.copyOf(data, count);
      }
      data = Arrays.copyOf(data, (int) Math.min(expected, 2L * data.length));
    }
  }

  private static FormatException wrongLength(
      String source, Type type, int[] dims, String present, long expected) {
    return fail(
        source,
        "holds %s of data, expected %d for %s%s"
            .formatted(present, expected, type, Arrays.toString(dims)));
  }

  private static String hex(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (byte b : bytes) {
      text.append(text.isEmpty() ? "" : " ").append("%02x".formatted(b));
    }
    return text.isEmpty() ? "nothing" : text.toString();
  }

  private static FormatException fail(String source, String what) {
    return new FormatException("idx: " + source + ": " + what);
  }

  /// {@return how elements are stored}
  public Type type() {
    return type;
  }

  /// {@return size of each axis, in a new array}
  public int[] dims() {
    return dims.clone();
  }

  /// {@return number of elements}
  public int size() {
    return data.length / type.bytes;
  }

  /// {@return the elements as stored, big-endian; not copied}
  public byte[] bytes() {
    return data;
  }

  /// The elements as ints; of whole numbers only.
  ///
  /// @return the elements, in a new array
  /// @throws FormatException if the elements are floating-point numbers
  public int[] toIntArray() throws FormatException {
    int[] result = new int[size()];
    ByteBuffer in = ByteBuffer.wrap(data);
    for (int i = 0; i < result.length; i++) {
      result[i] =
          switch (type) {
            case UBYTE -> data[i] & 255;
            case BYTE -> data[i];
            case SHORT -> in.getShort(2 * i);
            case INT -> in.getInt(4 * i);
            case FLOAT, DOUBLE ->
                throw fail(source, "holds " + type + " elements, expected whole numbers");
          };
    }
    return result;
  }

  /// Exact, but for large ints and doubles, which are rounded.
  ///
  /// @return the elements, in a new array
  public float[] toFloatArray() {
    float[] result = new float[size()];
    ByteBuffer in = ByteBuffer.wrap(data);
    for (int i = 0; i < result.length; i++) {
      result[i] =
          switch (type) {
            case UBYTE -> data[i] & 255;
            case BYTE -> data[i];
            case SHORT -> in.getShort(2 * i);
            case INT -> in.getInt(4 * i);
            case FLOAT -> in.getFloat(4 * i);
            case DOUBLE -> (float) in.getDouble(8 * i);
          };
    }
    return result;
  }

  /// All exact.
  ///
  /// @return the elements, in a new array
  public double[] toDoubleArray() {
    double[] result = new double[size()];
    ByteBuffer in = ByteBuffer.wrap(data);
    for (int i = 0; i < result.length; i++) {
      result[i] =
          switch (type) {
            case UBYTE -> data[i] & 255;
            case BYTE -> data[i];
            case SHORT -> in.getShort(2 * i);
            case INT -> in.getInt(4 * i);
            case FLOAT -> in.getFloat(4 * i);
            case DOUBLE -> in.getDouble(8 * i);
          };
    }
    return result;
  }

  /// `UBYTE[60000, 28, 28]`.
  @Override
  public String toString() {
    return type + Arrays.toString(dims);
  }
}
