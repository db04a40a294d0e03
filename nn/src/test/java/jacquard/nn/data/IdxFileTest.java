package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.io.FormatException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Random;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IdxFileTest {
  @TempDir Path folder;

  private static byte[] idx(int type, int[] dims, byte... data) {
    ByteBuffer file = ByteBuffer.allocate(4 + 4 * dims.length + data.length);
    file.put((byte) 0).put((byte) 0).put((byte) type).put((byte) dims.length);
    for (int dim : dims) {
      file.putInt(dim);
    }
    return file.put(data).array();
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    }
    return out.toByteArray();
  }

  private IdxFile read(byte[] bytes) throws IOException {
    return IdxFile.read(Files.write(folder.resolve("f"), bytes));
  }

  private void assertRefused(String what, byte[] bytes) throws IOException {
    Path path = Files.write(folder.resolve("f"), bytes);
    FormatException e = assertThrows(FormatException.class, () -> IdxFile.read(path));
    assertEquals("idx: " + path + ": " + what, e.getMessage());
  }

  @Test
  void everyTypeIsRead() throws Exception {
    byte[] data = ByteBuffer.allocate(8).putDouble(-1.5).array();
    assertArrayEquals(
        new int[] {191, 248, 0, 0},
        read(idx(8, new int[] {4}, Arrays.copyOf(data, 4))).toIntArray());
    assertArrayEquals(
        new int[] {-65, -8}, read(idx(9, new int[] {2}, Arrays.copyOf(data, 2))).toIntArray());
    assertArrayEquals(
        new float[] {-16392, 0},
        read(idx(0xB, new int[] {2, 1}, Arrays.copyOf(data, 4))).toFloatArray());
    assertArrayEquals(
        new int[] {0xBFF80000}, read(idx(0xC, new int[] {1}, Arrays.copyOf(data, 4))).toIntArray());
    assertArrayEquals(
        new float[] {-1.9375f, 0}, read(idx(0xD, new int[] {2}, data)).toFloatArray());
    assertArrayEquals(new double[] {-1.5}, read(idx(0xE, new int[] {1}, data)).toDoubleArray());
    IdxFile scalar = read(idx(0xE, new int[0], data));
    assertEquals("DOUBLE[]", scalar.toString());
    assertArrayEquals(new float[] {-1.5f}, scalar.toFloatArray());
    assertThrows(FormatException.class, scalar::toIntArray);
    assertEquals(0, read(idx(8, new int[] {0, 1 << 30, 1 << 30})).size());
  }

  @Test
  void gzippedFilesAreTheSame() throws Exception {
    byte[] data = new byte[200_000];
    new Random(4).nextBytes(data);
    byte[] plain = idx(8, new int[] {200, 1000}, data);
    assertArrayEquals(data, read(plain).bytes());
    assertArrayEquals(data, read(gzip(plain)).bytes());
    assertArrayEquals(new int[] {200, 1000}, read(gzip(plain)).dims());
  }

  @Test
  void foreignFilesAreRefused() throws Exception {
    assertRefused(
        "starts with nothing, expected 00 00, a type and a rank; is it an IDX file?", new byte[0]);
    assertRefused(
        "starts with 00 00 08, expected 00 00, a type and a rank; is it an IDX file?",
        new byte[] {0, 0, 8});
    assertRefused(
        "starts with 89 50 4e 47, expected 00 00, a type and a rank; is it an IDX file?",
        new byte[] {(byte) 0x89, 'P', 'N', 'G', 1});
    assertRefused(
        "has type 0x0a and rank 1, expected type 0x08, 0x09, 0x0b to 0x0e and rank 0 to 8",
        idx(10, new int[] {1}, (byte) 1));
    assertRefused(
        "has type 0x08 and rank 9, expected type 0x08, 0x09, 0x0b to 0x0e and rank 0 to 8",
        idx(8, new int[9]));
    assertRefused(
        "starts with 6e 6f 2e 2e, expected 00 00, a type and a rank; is it an IDX file?",
        gzip(new byte[] {'n', 'o', '.', '.', '.'}));
  }

  @Test
  void wrongLengthsAreRefused() throws Exception {
    byte[] good = idx(8, new int[] {2, 2}, new byte[4]);
    assertRefused("ends within its header; the file is truncated", Arrays.copyOf(good, 10));
    assertRefused("holds 3 bytes of data, expected 4 for UBYTE[2, 2]", Arrays.copyOf(good, 15));
    assertRefused("holds 5 bytes of data, expected 4 for UBYTE[2, 2]", Arrays.copyOf(good, 17));
    assertRefused(
        "holds 3 bytes of data, expected 4 for UBYTE[2, 2]", gzip(Arrays.copyOf(good, 15)));
    assertRefused(
        "holds more than 4 bytes of data, expected 4 for UBYTE[2, 2]",
        gzip(Arrays.copyOf(good, 17)));
    byte[] packed = gzip(good);
    assertRefused(
        "the gzip data end too early; the file is truncated",
        Arrays.copyOf(packed, packed.length - 9));
    packed[packed.length - 5] ^= 1;
    assertRefused("the gzip data are damaged: Corrupt GZIP trailer", packed);
  }

  /// A claim of a gibibyte costs no gibibyte: the arrays follow the data.
  @Test
  void largeClaimsAreRefusedWithoutTheMemory() throws Exception {
    assertRefused(
        "claims UBYTE[2147483647, 2147483647], expected at most 1073741824 bytes",
        idx(8, new int[] {Integer.MAX_VALUE, Integer.MAX_VALUE}));
    assertRefused("has an axis of 4294967295, expected at most 2147483647", idx(8, new int[] {-1}));
    byte[] claim = idx(0xE, new int[] {1 << 27}, new byte[1000]);
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    long before = threads.getCurrentThreadAllocatedBytes();
    assertRefused("holds 1000 bytes of data, expected 1073741824 for DOUBLE[134217728]", claim);
    assertRefused(
        "holds 1000 bytes of data, expected 1073741824 for DOUBLE[134217728]", gzip(claim));
    long allocated = threads.getCurrentThreadAllocatedBytes() - before;
    assertTrue(allocated < 1 << 24, allocated + " bytes allocated");
    Path path = Files.write(folder.resolve("f"), idx(8, new int[] {11}, new byte[11]));
    assertEquals(
        "idx: " + path + ": claims UBYTE[11], expected at most 10 bytes",
        assertThrows(FormatException.class, () -> IdxFile.read(path, 10)).getMessage());
    assertEquals(11, IdxFile.read(path, 11).size());
  }

  @Test
  void damagedFilesNeverSurprise() throws Exception {
    Random random = new Random(8);
    byte[] data = new byte[300];
    random.nextBytes(data);
    byte[][] files = {idx(8, new int[] {3, 100}, data), gzip(idx(0xB, new int[] {150}, data))};
    for (int i = 0; i < 3000; i++) {
      byte[] copy = files[i % 2].clone();
      for (int edits = 1 + random.nextInt(3); edits > 0; edits--) {
        copy[random.nextInt(i % 4 < 2 ? copy.length : 20)] = (byte) random.nextInt();
      }
      if (i % 3 == 0) {
        copy = Arrays.copyOf(copy, random.nextInt(copy.length + 10));
      }
      Path path = Files.write(folder.resolve("f"), copy);
      try {
        IdxFile file = IdxFile.read(path);
        assertEquals(file.size(), file.toDoubleArray().length);
      } catch (FormatException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
      }
    }
  }

  @Test
  void missingFilesAreNamed() {
    Path path = folder.resolve("none");
    assertEquals(
        "idx: " + path + ": no such file or folder",
        assertThrows(FormatException.class, () -> IdxFile.read(path)).getMessage());
  }

  @Test
  void mnistTrainIsThePublishedData() throws Exception {
    IdxFile images = IdxFile.read(SharedData.path("mnist/train-images-idx3-ubyte.gz"));
    assertEquals("UBYTE[60000, 28, 28]", images.toString());
    MessageDigest md5 = MessageDigest.getInstance("MD5");
    md5.update(idx(8, images.dims()));
    assertEquals(
        "6bbc9ace898e44ae57da46a324031adb", HexFormat.of().formatHex(md5.digest(images.bytes())));
  }

  @Test
  void mnistSetsHaveTheirLabels() throws Exception {
    Path mnist = SharedData.path("mnist");
    assertTrue(Mnist.isIn(mnist));
    ImageSet train = Mnist.train(mnist);
    assertEquals("60000 images [1, 28, 28] in 10 classes", train.toString());
    int[] first = new int[10];
    for (int i = 0; i < 10; i++) {
      first[i] = train.label(i);
    }
    assertArrayEquals(new int[] {5, 0, 4, 1, 9, 2, 1, 3, 1, 4}, first);
    ImageSet test = Mnist.test(mnist);
    assertEquals(10000, test.size());
    assertEquals(7, test.label(0));
    int[] counts = new int[10];
    for (int i = 0; i < test.size(); i++) {
      counts[test.label(i)]++;
    }
    assertArrayEquals(new int[] {980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009}, counts);
  }

  @Test
  void plainFilesAndOtherPrefixesAreRead() throws Exception {
    Path fashion = SharedData.path("fashion-mnist");
    assertEquals(
        "UBYTE[5, 28, 28]",
        IdxFile.read(fashion.resolve("train-first5-images.idx3-ubyte")).toString());
    assertEquals(
        "900 images [1, 28, 28] in 10 classes", Mnist.read(fashion, "sample900").toString());
  }

  @Test
  void mnistFoldersWithFaultsAreNamed() throws Exception {
    assertFalse(Mnist.isIn(folder));
    assertEquals(
        "mnist: "
            + folder
            + ": holds no train-images-idx3-ubyte, with or without .gz, expected it in a folder of MNIST's files",
        assertThrows(FormatException.class, () -> Mnist.train(folder)).getMessage());
    Path images =
        Files.write(
            folder.resolve("train-images.idx3-ubyte"), idx(8, new int[] {2, 1, 3}, new byte[6]));
    Path labels =
        Files.write(
            folder.resolve("train-labels.idx1-ubyte.gz"), gzip(idx(8, new int[] {3}, new byte[3])));
    assertTrue(Mnist.isIn(folder));
    assertEquals(
        "mnist: " + labels + ": holds 3 labels, expected 2 as in train-images.idx3-ubyte",
        assertThrows(FormatException.class, () -> Mnist.train(folder)).getMessage());
    Files.write(labels, gzip(idx(8, new int[] {2}, (byte) 1, (byte) 0)));
    assertEquals("2 images [1, 1, 3] in 2 classes", Mnist.train(folder).toString());
    Files.write(images, idx(9, new int[] {2, 3}, new byte[6]));
    assertEquals(
        "mnist: " + images + ": holds BYTE[2, 3], expected UBYTE[count, height, width]",
        assertThrows(FormatException.class, () -> Mnist.train(folder)).getMessage());
  }
}
