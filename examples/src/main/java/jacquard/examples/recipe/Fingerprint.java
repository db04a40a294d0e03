package jacquard.examples.recipe;

import jacquard.nn.data.Batch;
import jacquard.nn.data.Dataset;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.CRC32C;

/// What tells other data from those that a run began with: how many tokens or examples, and their
/// CRC-32C (of each array's CRC-32C).
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
    StoredTensor stored =
        switch (array) {
          case byte[] bytes ->
              StoredTensor.of(
                  "", StoredType.U8, new long[] {bytes.length}, MemorySegment.ofArray(bytes));
          case int[] ints -> StoredTensor.of("", ints, ints.length);
          case long[] longs -> StoredTensor.of("", longs, longs.length);
          case float[] floats -> StoredTensor.of("", floats, floats.length);
          case double[] doubles -> StoredTensor.of("", doubles, doubles.length);
          default -> throw new AssertionError("a batch holds " + array.getClass());
        };
    int sum = stored.crc32c();
    for (int shift = 0; shift < 32; shift += 8) {
      crc.update(sum >>> shift);
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
