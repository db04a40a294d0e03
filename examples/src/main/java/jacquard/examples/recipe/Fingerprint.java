package jacquard.examples.recipe;

import jacquard.nn.data.Batch;
import jacquard.nn.data.Dataset;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// What tells other data from those that a run began with: how many tokens or examples, and their
/// CRC-32C.
///
/// @param size tokens or examples
record Fingerprint(long size, int crc32c) {
  private static final long MOST_BYTES = 64L << 20;

  /// Of all tokens.
  static Fingerprint of(int[]... texts) {
    CRC32C crc = new CRC32C();
    for (int[] tokens : texts) {
      update(crc, tokens);
    }
    return new Fingerprint(
        Arrays.stream(texts).mapToLong(tokens -> tokens.length).sum(), (int) crc.getValue());
  }

  /// Of the examples of several datasets; where they have more than 64 MiB, of as many, evenly
  /// spread.
  static Fingerprint of(Dataset... datasets) {
    CRC32C crc = new CRC32C();
    long size = 0;
    for (Dataset dataset : datasets) {
      size += dataset.size();
      int count = count(dataset);
      for (int i = 0; i < count; i++) {
        Batch one = new Batch(0, 0, 1, 1, dataset.fields());
        dataset.read((int) ((long) i * dataset.size() / count), one, 0);
        for (int f = 0; f < one.fields().size(); f++) {
          update(crc, one.array(f));
        }
      }
    }
    return new Fingerprint(size, (int) crc.getValue());
  }

  private static int count(Dataset dataset) {
    long bytes =
        dataset.fields().stream()
            .mapToLong(field -> field.shape().size() * field.dtype().bytes())
            .sum();
    return (int) Math.min(dataset.size(), Math.max(1, MOST_BYTES / Math.max(1, bytes)));
  }

  private static void update(CRC32C crc, Object array) {
    switch (array) {
      case byte[] bytes -> crc.update(bytes);
      case int[] ints -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * ints.length);
        bytes.asIntBuffer().put(ints);
        crc.update(bytes);
      }
      case float[] floats -> {
        ByteBuffer bytes = ByteBuffer.allocate(4 * floats.length);
        bytes.asFloatBuffer().put(floats);
        crc.update(bytes);
      }
      case long[] longs -> {
        ByteBuffer bytes = ByteBuffer.allocate(8 * longs.length);
        bytes.asLongBuffer().put(longs);
        crc.update(bytes);
      }
      case double[] doubles -> {
        ByteBuffer bytes = ByteBuffer.allocate(8 * doubles.length);
        bytes.asDoubleBuffer().put(doubles);
        crc.update(bytes);
      }
      default -> throw new AssertionError("a batch holds " + array.getClass());
    }
  }

  /// For `config.json`.
  Map<String, Object> toConfig() {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("size", size);
    config.put("crc32c", "%08x".formatted(crc32c));
    return config;
  }
}
