package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.data.ImageFolder.Options;
import jacquard.nn.io.FormatException;
import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ImageFolderTest {
  @TempDir Path folder;

  private static final Options GREY = Options.of(2, 2, 1);

  private Path write(String name, BufferedImage image) throws IOException {
    Path path = folder.resolve(name);
    Files.createDirectories(path.getParent());
    assertTrue(ImageIO.write(image, name.endsWith("png") ? "png" : "jpeg", path.toFile()));
    return path;
  }

  private static BufferedImage rgb(int height, int width, int... pixels) {
    BufferedImage image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
    image.setRGB(0, 0, width, height, pixels, 0, width);
    return image;
  }

  private static BufferedImage plain(int color) {
    return rgb(2, 2, color, color, color, color);
  }

  private byte[] pixels(Options options) throws IOException {
    return ImageFolder.read(folder, options).images().pixels(0);
  }

  private static byte[] bytes(int... values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  @Test
  void subFoldersAreClassesInOrder() throws Exception {
    write("b/2.png", plain(0x222222));
    write("b/10.png", plain(0x101010));
    write("a/deep/er/x.jpg", plain(0xAAAAAA));
    write("a/x.png", plain(0x0A0A0A));
    Files.writeString(folder.resolve("b/readme.txt"), "ignored");
    Files.writeString(folder.resolve(".hidden.png"), "ignored");
    Files.createDirectories(folder.resolve("empty"));
    ImageFolder read = ImageFolder.read(folder, GREY);
    assertEquals(List.of(), read.rejected());
    assertEquals(List.of("a", "b"), read.images().classes());
    assertEquals("4 images [1, 2, 2] in 2 classes", read.images().toString());
    int[] expected = {0xAA, 0x0A, 0x10, 0x22};
    int[] labels = {0, 0, 1, 1};
    for (int i = 0; i < 4; i++) {
      assertEquals(expected[i], read.images().pixels(i)[0] & 255, 1);
      assertEquals(labels[i], read.images().label(i));
    }
    assertTrue(ImageFolder.isIn(folder));
  }

  @Test
  void looseImagesAreOneClass() throws Exception {
    write("z.png", plain(0));
    write("a.png", plain(0xFFFFFF));
    ImageSet images = ImageFolder.read(folder, GREY).images();
    assertEquals(List.of("images"), images.classes());
    assertArrayEquals(bytes(255, 255, 255, 255), images.pixels(0));
  }

  @Test
  void badFilesAreListedAndTheRestIsUsed() throws Exception {
    write("a/good.png", plain(0x808080));
    Path text = Files.writeString(folder.resolve("a/text.png"), "hello");
    Path cut = write("a/cut.png", plain(0x123456));
    Files.write(cut, java.util.Arrays.copyOf(Files.readAllBytes(cut), 45));
    Path loose = write("loose.png", plain(0));
    ImageFolder read = ImageFolder.read(folder, GREY);
    assertEquals(1, read.images().size());
    assertEquals(3, read.rejected().size());
    assertTrue(
        read.rejected().get(0).startsWith("image: " + cut + ": can't be decoded: "),
        read.rejected().get(0));
    assertEquals("image: " + text + ": is neither PNG nor JPEG", read.rejected().get(1));
    assertEquals(
        "image: " + loose + ": lies beside the class folders, expected it inside one",
        read.rejected().get(2));
  }

  @Test
  void onlyBadFilesAreAnError() throws Exception {
    Path text = Files.writeString(folder.resolve("text.png"), "hello");
    Files.writeString(folder.resolve("x.jpg"), "");
    assertEquals(
        "image folder: "
            + folder
            + ": none of 2 files can be used; the first: image: "
            + text
            + ": is neither PNG nor JPEG",
        assertThrows(FormatException.class, () -> ImageFolder.read(folder, GREY)).getMessage());
  }

  @Test
  void emptyAndMissingFoldersAreNamed() {
    assertEquals(
        "image folder: " + folder + ": holds no .png, .jpg or .jpeg file, here or in sub folders",
        assertThrows(FormatException.class, () -> ImageFolder.read(folder, GREY)).getMessage());
    Path none = folder.resolve("none");
    assertEquals(
        "image folder: " + none + ": no such file or folder",
        assertThrows(FormatException.class, () -> ImageFolder.read(none, GREY)).getMessage());
  }

  /// A header that claims 100,000 x 100,000 pixels is refused before a byte is decoded.
  @Test
  void decompressionBombsAreRefusedByTheirHeader() throws Exception {
    write("a.png", plain(0x808080));
    Path bomb = Files.write(folder.resolve("bomb.png"), hugePng(100_000, 100_000));
    ImageFolder read = ImageFolder.read(folder, GREY);
    assertEquals(
        List.of("image: " + bomb + ": has 100000 x 100000 pixels, expected at most 64000000"),
        read.rejected());
    Options strict = new Options(1, 1, 1, 3);
    assertThrows(FormatException.class, () -> ImageFolder.read(folder, strict));
  }

  private static byte[] hugePng(int width, int height) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    DataOutputStream png = new DataOutputStream(out);
    png.write(bytes(0x89, 'P', 'N', 'G', 13, 10, 26, 10));
    ByteArrayOutputStream header = new ByteArrayOutputStream();
    DataOutputStream fields = new DataOutputStream(header);
    fields.writeInt(width);
    fields.writeInt(height);
    fields.write(bytes(8, 0, 0, 0, 0));
    chunk(png, "IHDR", header.toByteArray());
    chunk(png, "IDAT", bytes(0x78, 0x9C, 3, 0, 0, 0, 0, 1));
    chunk(png, "IEND", new byte[0]);
    return out.toByteArray();
  }

  private static void chunk(DataOutputStream png, String type, byte[] data) throws IOException {
    CRC32 crc = new CRC32();
    crc.update(type.getBytes(java.nio.charset.StandardCharsets.US_ASCII));
    crc.update(data);
    png.writeInt(data.length);
    png.writeBytes(type);
    png.write(data);
    png.writeInt((int) crc.getValue());
  }

  @Test
  void coloursBecomePlanesOrLuma() throws Exception {
    write("a.png", rgb(2, 2, 0xFF0000, 0x00FF00, 0x0000FF, 0x123456));
    assertArrayEquals(
        bytes(255, 0, 0, 0x12, 0, 255, 0, 0x34, 0, 0, 255, 0x56), pixels(Options.of(2, 2, 3)));
    assertArrayEquals(bytes(76, 150, 29, 46), pixels(GREY));
  }

  @Test
  void greySamplesAreTakenAsStored() throws Exception {
    BufferedImage grey = new BufferedImage(2, 2, BufferedImage.TYPE_BYTE_GRAY);
    grey.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 50, 128, 255});
    Path path = write("a.png", grey);
    assertArrayEquals(bytes(0, 50, 128, 255), pixels(GREY));
    BufferedImage deep = new BufferedImage(2, 2, BufferedImage.TYPE_USHORT_GRAY);
    deep.getRaster().setPixels(0, 0, 2, 2, new int[] {0, 50 * 257, 128 * 257, 65535});
    ImageIO.write(deep, "png", path.toFile());
    assertArrayEquals(bytes(0, 50, 128, 255), pixels(GREY));
  }

  @Test
  void palettesAreResolved() throws Exception {
    byte[] ramp = bytes(0, 85, 170, 255);
    BufferedImage image =
        new BufferedImage(
            2, 2, BufferedImage.TYPE_BYTE_BINARY, new IndexColorModel(2, 4, ramp, ramp, ramp));
    image.getRaster().setPixels(0, 0, 2, 2, new int[] {3, 2, 1, 0});
    write("a.png", image);
    assertArrayEquals(bytes(255, 170, 85, 0), pixels(GREY));
  }

  @Test
  void transparencyIsBlendedWithWhite() throws Exception {
    BufferedImage image = new BufferedImage(2, 2, BufferedImage.TYPE_INT_ARGB);
    image.setRGB(0, 0, 2, 2, new int[] {0x00000000, 0xFF000000, 0x80000000, 0x80FF0000}, 0, 2);
    write("a.png", image);
    assertArrayEquals(
        bytes(255, 0, 127, 255, 255, 0, 127, 127, 255, 0, 127, 127), pixels(Options.of(2, 2, 3)));
  }

  @Test
  void resizingKeepsWhatItMust() {
    byte[] source = bytes(10, 20, 30, 40, 50, 60);
    assertArrayEquals(source, resized(source, 2, 3, 2, 3), "same size");
    assertArrayEquals(bytes(20, 50), resized(source, 2, 3, 2, 1), "centre column");
    assertArrayEquals(
        bytes(7, 7, 7, 7, 7, 7, 7, 7, 7), resized(bytes(7, 7, 7, 7), 2, 2, 3, 3), "constant up");
    byte[] constant = new byte[37 * 53];
    java.util.Arrays.fill(constant, (byte) 200);
    for (byte b : resized(constant, 37, 53, 5, 4)) {
      assertEquals((byte) 200, b);
    }
    // Twice smaller: weights 1, 3, 3, 1, the outer one cut off at the border: 255 / 7 = 36.4.
    assertArrayEquals(bytes(36, 219), resized4(bytes(0, 0, 255, 255)));
    // Twice larger: quarters between neighbours.
    assertArrayEquals(bytes(0, 25, 75, 100), row(bytes(0, 100), 4));
  }

  private static byte[] resized(byte[] source, int height, int width, int toHeight, int toWidth) {
    byte[] target = new byte[toHeight * toWidth];
    Resampler.fill(source, height, width, target, 0, toHeight, toWidth);
    return target;
  }

  /// Four equal rows, so that only the columns change; the first row of the result.
  private static byte[] resized4(byte[] line) {
    byte[] square = new byte[16];
    for (int y = 0; y < 4; y++) {
      System.arraycopy(line, 0, square, 4 * y, 4);
    }
    return java.util.Arrays.copyOf(resized(square, 4, 4, 2, 2), 2);
  }

  private static byte[] row(byte[] line, int to) {
    byte[] square = new byte[line.length * line.length];
    for (int y = 0; y < line.length; y++) {
      System.arraycopy(line, 0, square, line.length * y, line.length);
    }
    return java.util.Arrays.copyOf(resized(square, line.length, line.length, to, to), to);
  }

  @Test
  void floatsFollowTheRange() throws Exception {
    ImageSet images =
        new ImageSet(bytes(0, 51, 255, 255), 1, 1, 2, new int[] {1, 0}, List.of("a", "b"));
    Batch batch = Batches.of(images, 2, Batches.Tail.DROP).batch(0);
    assertArrayEquals(new float[] {0, 0.2f, 1, 1}, batch.floats("image"));
    assertArrayEquals(new int[] {1, 0}, batch.ints("label"));
    batch = Batches.of(images.withRange(-1, 1), 2, Batches.Tail.DROP).batch(0);
    assertArrayEquals(new float[] {-1, -0.6f, 1, 1}, batch.floats("image"));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ImageSet(new byte[3], 1, 1, 2, new int[1], List.of("a")));
    assertThrows(
        IllegalArgumentException.class,
        () -> new ImageSet(new byte[2], 1, 1, 2, new int[] {1}, List.of("a")));
  }

  @Test
  void damagedImagesNeverSurprise() throws Exception {
    Random random = new Random(6);
    BufferedImage noise = new BufferedImage(9, 7, BufferedImage.TYPE_INT_RGB);
    for (int i = 0; i < 63; i++) {
      noise.setRGB(i % 9, i / 9, random.nextInt());
    }
    byte[][] files = {
      Files.readAllBytes(write("a.png", noise)), Files.readAllBytes(write("a.jpg", noise))
    };
    Files.delete(folder.resolve("a.jpg"));
    int rejected = 0;
    for (int i = 0; i < 600; i++) {
      byte[] copy = files[i % 2].clone();
      for (int edits = 1 + random.nextInt(4); edits > 0; edits--) {
        copy[3 + random.nextInt(copy.length - 3)] = (byte) random.nextInt();
      }
      Files.write(folder.resolve("a.png"), copy);
      try {
        assertEquals(1, ImageFolder.read(folder, GREY).images().size());
      } catch (FormatException e) {
        assertFalse(e.getMessage().contains("\n"), e.getMessage());
        rejected++;
      }
    }
    assertTrue(rejected > 100 && rejected < 600, rejected + " rejected");
  }

  @Test
  void realImagesAreRead() throws Exception {
    try (ZipFile zip = new ZipFile(SharedData.path("noto-emoji/noto-emoji-32.zip").toFile())) {
      int count = 0;
      for (var entries = zip.entries(); entries.hasMoreElements() && count < 50; ) {
        var entry = entries.nextElement();
        if (entry.getName().endsWith(".png")) {
          Files.write(folder.resolve(count++ + ".png"), zip.getInputStream(entry).readAllBytes());
        }
      }
    }
    ImageFolder read = ImageFolder.read(folder, Options.of(16, 16, 3));
    assertEquals(List.of(), read.rejected());
    assertEquals("50 images [3, 16, 16] in 1 classes", read.images().toString());
  }

  /// The set cut from the sprite must be what this decoder sees in the sprite, in grey and
  /// inverted.
  @Test
  void fashionSpriteAgreesWithTheSetCutFromIt() throws Exception {
    Path sprite = SharedData.path("fashion-mnist/fashion-mnist-sprite.png");
    ImageSet cut = Mnist.read(SharedData.path("fashion-mnist"), "sample900");
    ImageDecoder.Planes planes = ImageDecoder.decode(sprite, 1, 1_000_000);
    assertEquals(840, planes.width);
    long same = 0;
    long inverted = 0;
    for (int i = 0; i < 900; i++) {
      byte[] image = cut.pixels(i);
      for (int p = 0; p < 784; p++) {
        int x = i % 30 * 28 + p % 28;
        int y = i / 30 * 28 + p / 28;
        int seen = planes.planes[0][y * 840 + x] & 255;
        same += seen == (image[p] & 255) ? 1 : 0;
        inverted += 255 - seen == (image[p] & 255) ? 1 : 0;
      }
    }
    assertEquals(900 * 784, Math.max(same, inverted), same + " same, " + inverted + " inverted");
  }
}
