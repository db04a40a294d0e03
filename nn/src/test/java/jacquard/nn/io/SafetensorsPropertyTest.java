package jacquard.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class SafetensorsPropertyTest {
  @Property(tries = 150, seed = "1")
  void whatIsWrittenIsReadBack(
      @ForAll("tensors") List<StoredTensor> tensors,
      @ForAll("metadata") Map<String, String> metadata)
      throws Exception {
    byte[] file = SafetensorsWriter.toBytes(tensors, metadata);
    try (Safetensors read = Safetensors.of(file, "f")) {
      assertEquals(metadata, read.metadata());
      assertEquals(tensors.size(), read.tensors().size());
      for (StoredTensor expected : tensors) {
        StoredTensor actual = read.tensor(expected.name());
        assertEquals(expected.type(), actual.type());
        assertArrayEquals(expected.dims(), actual.dims());
        assertArrayEquals(expected.toByteArray(), actual.toByteArray());
      }
      assertArrayEquals(file, SafetensorsWriter.toBytes(read.tensors().values(), read.metadata()));
    }
  }

  @Property(tries = 40, seed = "2")
  void noProperPrefixOfAFileIsAccepted(@ForAll("tensors") List<StoredTensor> tensors) {
    byte[] file = SafetensorsWriter.toBytes(tensors, Map.of("k", "v"));
    for (int length = 0; length < file.length; length++) {
      assertFalse(accepted(java.util.Arrays.copyOf(file, length)), "prefix of " + length);
    }
  }

  /// Damaged files are read or refused with the declared exception, never anything else.
  @Property(tries = 120, seed = "3")
  void damagedFilesNeverSurprise(@ForAll("tensors") List<StoredTensor> tensors, @ForAll long seed) {
    byte[] file = SafetensorsWriter.toBytes(tensors, Map.of("note", "你好"));
    Random random = new Random(seed);
    for (int i = 0; i < 50; i++) {
      accepted(damage(file, random));
    }
  }

  private static byte[] damage(byte[] file, Random random) {
    byte[] copy = file.clone();
    String spice = "{}[]\",:0123456789-.eE\\u \n\t\u0000ÿ__metadata__dtypeshape";
    for (int edits = 1 + random.nextInt(3); edits > 0 && copy.length > 0; edits--) {
      int at = random.nextInt(copy.length);
      switch (random.nextInt(5)) {
        case 0 -> copy[at] ^= (byte) (1 << random.nextInt(8));
        case 1 -> copy[at] = (byte) spice.charAt(random.nextInt(spice.length()));
        case 2 -> {
          byte[] shorter = new byte[copy.length - 1];
          System.arraycopy(copy, 0, shorter, 0, at);
          System.arraycopy(copy, at + 1, shorter, at, shorter.length - at);
          copy = shorter;
        }
        case 3 -> {
          byte[] longer = new byte[copy.length + 1];
          System.arraycopy(copy, 0, longer, 0, at);
          longer[at] = (byte) spice.charAt(random.nextInt(spice.length()));
          System.arraycopy(copy, at, longer, at + 1, copy.length - at);
          copy = longer;
        }
        default -> {
          int from = random.nextInt(copy.length);
          int count = Math.min(1 + random.nextInt(20), copy.length - Math.max(from, at));
          System.arraycopy(copy, from, copy, at, count);
        }
      }
    }
    return copy;
  }

  private static boolean accepted(byte[] file) {
    try (Safetensors read = Safetensors.of(file, "f")) {
      for (StoredTensor tensor : read.tensors().values()) {
        tensor.toByteArray();
      }
      return true;
    } catch (FormatException e) {
      assertFalse(e.getMessage().contains("\n"), e.getMessage());
      return false;
    }
  }

  @Provide
  Arbitrary<Map<String, String>> metadata() {
    return Arbitraries.maps(text(), text()).ofMaxSize(3);
  }

  @Provide
  Arbitrary<List<StoredTensor>> tensors() {
    Arbitrary<long[]> dims = Arbitraries.longs().between(0, 5).array(long[].class).ofMaxSize(9);
    return Combinators.combine(
            text().filter(name -> !name.equals("__metadata__")),
            Arbitraries.of(StoredType.class),
            dims,
            Arbitraries.longs())
        .as(SafetensorsPropertyTest::tensor)
        .list()
        .ofMaxSize(6)
        .uniqueElements(StoredTensor::name);
  }

  private static StoredTensor tensor(String name, StoredType type, long[] dims, long seed) {
    long[] fitted = dims.clone();
    long size = StoredTensor.byteSize(type, fitted);
    if (size < 0 || size > 4096) {
      fitted = new long[] {4};
      size = StoredTensor.byteSize(type, fitted);
    }
    byte[] bytes = new byte[(int) size];
    new Random(seed).nextBytes(bytes);
    return StoredTensor.of(name, type, fitted, MemorySegment.ofArray(bytes));
  }

  private static Arbitrary<String> text() {
    List<Arbitrary<String>> kinds = new ArrayList<>();
    kinds.add(Arbitraries.strings().alpha().withChars("._-0123456789").ofMaxLength(12));
    kinds.add(Arbitraries.strings().withChars("\"\\/\n\t\u0000\u001f 层é\u2028").ofMaxLength(6));
    kinds.add(Arbitraries.of("😀", "a😀b", "", "dtype", "🧵.weight"));
    return Arbitraries.oneOf(kinds);
  }
}
