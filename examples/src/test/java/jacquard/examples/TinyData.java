package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.nn.data.SplitMix;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.zip.GZIPInputStream;
import java.util.zip.GZIPOutputStream;

/// Data small enough to learn from in a test.
public final class TinyData {
  private TinyData() {}

  /// A text of `length` letters a to h, mostly in order.
  public static Path text(Path file, int length) throws IOException {
    SplitMix random = new SplitMix(5);
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < length; i++) {
      text.append(random.nextInt(8) == 0 ? '\n' : (char) ('a' + i % 8));
    }
    return Files.writeString(file, text, UTF_8);
  }

  /// MNIST's four files with pictures of 6 x 6 pixels, gzipped.
  public static Path mnist(Path folder, int train, int test) throws IOException {
    return mnist(folder, train, test, 6);
  }

  /// The same with pictures of `side` x `side` pixels.
  public static Path mnist(Path folder, int train, int test, int side) throws IOException {
    Files.createDirectories(folder);
    set(folder, "train", train, side);
    set(folder, "t10k", test, side);
    return folder;
  }

  private static void set(Path folder, String name, int count, int side) throws IOException {
    SplitMix random = new SplitMix(count);
    int size = side * side;
    byte[] pixels = new byte[size * count];
    byte[] labels = new byte[count];
    for (int i = 0; i < count; i++) {
      labels[i] = (byte) random.nextInt(10);
      for (int p = 0; p < size; p++) {
        pixels[size * i + p] =
            (byte) (p % side == labels[i] % side ? 200 + random.nextInt(56) : random.nextInt(30));
      }
    }
    write(folder.resolve(name + "-images-idx3-ubyte.gz"), pixels, count, side, side);
    write(folder.resolve(name + "-labels-idx1-ubyte.gz"), labels, count);
  }

  /// MNIST's files in `from` once more, with their examples in the opposite order.
  public static Path reversed(Path from, Path to) throws IOException {
    copy(from, to, "train", Integer.MAX_VALUE, true);
    return copy(from, to, "t10k", Integer.MAX_VALUE, true);
  }

  /// The first examples of MNIST's files in `from`.
  public static Path first(Path from, Path to, int train, int test) throws IOException {
    copy(from, to, "train", train, false);
    return copy(from, to, "t10k", test, false);
  }

  private static Path copy(Path from, Path to, String name, int most, boolean reversed)
      throws IOException {
    Files.createDirectories(to);
    for (String kind : List.of("-images-idx3-ubyte.gz", "-labels-idx1-ubyte.gz")) {
      byte[] all;
      try (var in = new GZIPInputStream(Files.newInputStream(from.resolve(name + kind)))) {
        all = in.readAllBytes();
      }
      int[] dims = new int[all[3]];
      Arrays.setAll(dims, i -> ByteBuffer.wrap(all).getInt(4 + 4 * i));
      int header = 4 + 4 * dims.length;
      int each = (all.length - header) / dims[0];
      dims[0] = Math.min(most, dims[0]);
      byte[] data = new byte[dims[0] * each];
      for (int i = 0; i < dims[0]; i++) {
        int at = reversed ? dims[0] - 1 - i : i;
        System.arraycopy(all, header + i * each, data, at * each, each);
      }
      write(to.resolve(name + kind), data, dims);
    }
    return to;
  }

  private static void write(Path file, byte[] data, int... dims) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(new GZIPOutputStream(bytes))) {
      out.writeInt(0x0800 | dims.length);
      for (int dim : dims) {
        out.writeInt(dim);
      }
      out.write(data);
    }
    Files.write(file, bytes.toByteArray());
  }
}
