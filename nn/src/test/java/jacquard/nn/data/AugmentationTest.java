package jacquard.nn.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AugmentationTest {

  private static Image random(long seed, int channels, int height, int width) {
    SplitMix random = new SplitMix(seed);
    Image image = Image.of(channels, height, width);
    for (int i = 0; i < image.values().length; i++) {
      image.values()[i] = random.nextFloat();
    }
    return image;
  }

  private static Image of(int height, int width, float... values) {
    return new Image(values, 1, height, width);
  }

  private static Image apply(Augmentation augmentation, Image image) {
    return augmentation.apply(image, new SplitMix(3));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crop=0.5:1",
        "flip",
        "rotate=30",
        "shift=2",
        "brightness=0.5",
        "contrast=0.5",
        "saturation=0.5",
        "rotate=20,shift=1,crop=0.6:0.9,flip,brightness=0.3,contrast=0.4"
      })
  void theSameNumbersMakeTheSameAndOthersAnother(String spec) throws FormatException {
    Augmentation augmentation = AugmentationSpec.parse(spec);
    Image image = random(1, 3, 7, 9);
    Image before = image.copy();
    Set<Image> made = new HashSet<>();
    for (int seed = 0; seed < 20; seed++) {
      Image one = augmentation.apply(image, new SplitMix(seed));
      assertEquals(one, augmentation.apply(image, new SplitMix(seed)));
      assertEquals("image [3, 7, 9]", one.toString());
      for (float value : one.values()) {
        assertTrue(value >= 0 && value <= 1.000001f, spec + ": " + value);
      }
      made.add(one);
    }
    assertTrue(made.size() > 1, spec);
    assertEquals(before, image, "the original is left alone");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "crop=1:1",
        "flip=0",
        "rotate=0",
        "shift=0",
        "brightness=0",
        "contrast=0",
        "saturation=0",
        "resize=7x9",
        "centre-crop=7x9",
        "normalise=0:1"
      })
  void nothingToDoIsNothingDone(String spec) throws FormatException {
    // Proportions may still differ where a crop takes all of the area, so it is asked for 1.
    Augmentation augmentation =
        spec.startsWith("crop")
            ? new Augmentation.ResizedCrop(1, 1, 1)
            : AugmentationSpec.parse(spec);
    Image image = random(2, 3, 7, 9);
    assertArrayEquals(image.values(), apply(augmentation, image).values(), 1e-6f);
  }

  @Test
  void aFlipIsItsOwnInverse() {
    Image image = of(2, 3, 1, 2, 3, 4, 5, 6);
    Image flipped = apply(new Augmentation.Flip(1), image);
    assertEquals(of(2, 3, 3, 2, 1, 6, 5, 4), flipped);
    assertEquals(image, apply(new Augmentation.Flip(1), flipped));
  }

  @Test
  void aQuarterTurnMovesPixelsWhole() {
    Image turned = Placement.rotated(of(3, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0), 90);
    assertArrayEquals(
        new float[] {1, 0, 0, 0, 0, 0, 0, 0, 0}, turned.values(), 1e-6f, "counter-clockwise");
    Image image = random(4, 2, 5, 5);
    Image around = image;
    for (int i = 0; i < 4; i++) {
      around = Placement.rotated(around, 90);
    }
    assertArrayEquals(image.values(), around.values(), 1e-5f);
  }

  /// A line from the middle to the right: counter-clockwise it ends above, clockwise below.
  @Test
  void randomTurnsGoEitherWay() {
    Image line =
        of(5, 5, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
    int above = 0;
    int below = 0;
    for (int seed = 0; seed < 100; seed++) {
      float[] turned = new Augmentation.Rotate(60).apply(line, new SplitMix(seed)).values();
      float up = 0;
      float down = 0;
      for (int i = 0; i < 10; i++) {
        up += turned[i];
        down += turned[turned.length - 1 - i];
      }
      above += up > down ? 1 : 0;
      below += down > up ? 1 : 0;
    }
    assertTrue(above > 30 && below > 30, above + " above, " + below + " below");
  }

  @Test
  void whatComesFromOutsideIsBlack() {
    Image image = of(2, 2, 1, 2, 3, 4);
    assertEquals(of(2, 2, 4, 0, 0, 0), Placement.moved(image, 2, 2, 1, 1));
    assertEquals(of(2, 2, 0, 0, 0, 1), Placement.moved(image, 2, 2, -1, -1));
    assertEquals(of(2, 2, 0, 0, 0, 0), Placement.moved(image, 2, 2, 5, 0));
    assertEquals(
        of(1, 1, 4), apply(new Augmentation.CentreCrop(1, 1), of(3, 3, 0, 0, 0, 0, 4, 0, 0, 0, 0)));
    assertEquals(
        of(4, 4, 0, 0, 0, 0, 0, 1, 2, 0, 0, 3, 4, 0, 0, 0, 0, 0),
        apply(new Augmentation.CentreCrop(4, 4), image));
  }

  @Test
  void shrinkingByHalfIsTheTriangleFilter() {
    Image half = apply(new Augmentation.Resize(1, 2), of(1, 4, 0, 1, 1, 0));
    // Weights 1/8, 3/8, 3/8, 1/8 around each centre, cut at the edge and made to add up to 1.
    assertArrayEquals(new float[] {4 / 7f, 4 / 7f}, half.values(), 1e-6f);
    Image flat = Image.of(3, 9, 5);
    Arrays.fill(flat.values(), 0.25f);
    for (float value : apply(new Augmentation.Resize(4, 11), flat).values()) {
      assertEquals(0.25f, value, 1e-6f);
    }
  }

  @Test
  void bytesAndFloatsAreResizedAlike() {
    Image image = random(6, 1, 8, 6);
    byte[] bytes = new byte[48];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) Math.round(image.values()[i] * 255);
      image.values()[i] = (bytes[i] & 255) / 255f;
    }
    byte[] small = new byte[4 * 3];
    Resampler.fill(bytes, 8, 6, small, 0, 4, 3);
    float[] floats = apply(new Augmentation.Resize(4, 3), image).values();
    for (int i = 0; i < small.length; i++) {
      assertEquals(small[i] & 255, floats[i] * 255, 0.51);
    }
  }

  @Test
  void coloursAreMixedWithBlackTheMeanAndGrey() {
    Image red = new Image(new float[] {0.8f, 0.2f, 0.1f}, 3, 1, 1);
    float luma = 0.299f * 0.8f + 0.587f * 0.2f + 0.114f * 0.1f;
    SplitMix copy = new SplitMix(3);
    float factor = (float) (1 + 0.5 * (2 * copy.nextDouble() - 1));
    assertArrayEquals(
        new float[] {Math.min(1, 0.8f * factor), 0.2f * factor, 0.1f * factor},
        apply(new Augmentation.Brightness(0.5), red).values(),
        1e-6f);
    float[] expected = new float[3];
    for (int c = 0; c < 3; c++) {
      float value = luma + factor * (red.values()[c] - luma);
      expected[c] = Math.min(Math.max(value, 0), 1);
    }
    // With one pixel its grey is the picture's mean.
    assertArrayEquals(expected, apply(new Augmentation.Saturation(0.5), red).values(), 1e-6f);
    assertArrayEquals(expected, apply(new Augmentation.Contrast(0.5), red).values(), 1e-6f);
    Image grey = random(1, 1, 3, 3);
    assertArrayEquals(grey.values(), apply(new Augmentation.Saturation(1), grey).values(), 1e-6f);
    assertArrayEquals(
        new float[] {1, -1}, apply(new Augmentation.Normalise(0.5, 0.5), of(1, 2, 1, 0)).values());
  }

  @Test
  void batchesAreAugmentedAlikeOnAnyThreadAndRow() throws FormatException {
    float[] pixels = random(9, 40, 4, 4).values();
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = 2 * pixels[i] - 1;
    }
    int[] labels = new int[40];
    Arrays.setAll(labels, i -> i);
    Dataset data = ArrayDataset.ofSize(40).with("image", pixels, 1, 4, 4).with("label", labels);
    BatchSource source = Batches.shuffled(data, 8, Batches.Tail.DROP, 1);
    Augmentation shift = AugmentationSpec.parse("shift=1,rotate=15");
    BatchSource augmented = new AugmentedBatches(source, shift, 5, -1);
    try (DataLoader loader = new DataLoader(augmented, 3, 12, 4, 3)) {
      for (long step = 3; step < 12; step++) {
        Batch ahead = loader.next();
        assertArrayEquals(augmented.batch(step).floats("image"), ahead.floats("image"));
        assertArrayEquals(source.batch(step).ints("label"), ahead.ints("label"));
        assertFalse(Arrays.equals(source.batch(step).floats("image"), ahead.floats("image")));
        for (float value : ahead.floats("image")) {
          assertTrue(value >= -1.00001f && value <= 1.00001f, "range is kept: " + value);
        }
      }
    }
    assertNotEquals(
        List.of(augmented.batch(0).floats("image")[0], augmented.batch(0).floats("image")[5]),
        List.of(augmented.batch(5).floats("image")[0], augmented.batch(5).floats("image")[5]),
        "another epoch, other numbers");
  }

  @Test
  void aResizedBatchHasItsNewShape() throws FormatException {
    Dataset data =
        ArrayDataset.ofSize(3)
            .with("image", random(1, 3, 4, 4).values(), 1, 4, 4)
            .with("label", new int[3]);
    Batch batch =
        new AugmentedBatches(
                Batches.of(data, 2, Batches.Tail.PAD), AugmentationSpec.parse("resize=2x6"), 1, 0)
            .batch(1);
    assertEquals("[2, 1, 2, 6]", batch.tensor("image").shape().toString());
    assertEquals(1, batch.valid());
    for (int i = 12; i < 24; i++) {
      assertEquals(0, batch.floats("image")[i], "padding stays zero");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "blur=3 | augment: 'blur=3': unknown, expected resize",
        "rotate | augment: 'rotate': expected a number",
        "rotate=400 | augment: 'rotate=400': rotate: 400.0 degrees, expected 0 to 180",
        "shift=1.5 | augment: 'shift=1.5': expected a whole number",
        "crop=0.5 | augment: 'crop=0.5': expected two numbers with ':' between",
        "crop=0:1 | expected 0 < least <= most <= 1",
        "resize=0x3 | expected 1 x 1 or more",
        "flip=2 | flip: 2.0, expected 0 to 1",
        "rotate=1,,flip | augment: '': unknown",
      })
  void aWrongSpecIsOneLine(String spec, String expected) {
    FormatException e = assertThrows(FormatException.class, () -> AugmentationSpec.parse(spec));
    assertTrue(String.valueOf(e.getMessage()).contains(expected), e.getMessage());
  }

  @Test
  void stepsThatAreNotForGreyPicturesAreRefusedThere() throws FormatException {
    AugmentationSpec.parseForGrey("resize=4x4,brightness=0.1");
    String steps = "expected resize, centre-crop, crop, flip, rotate, shift, brightness";
    for (String step : new String[] {"saturation=0.5", "normalise=0.5:0.5"}) {
      AugmentationSpec.parse(step);
      FormatException e =
          assertThrows(FormatException.class, () -> AugmentationSpec.parseForGrey("flip," + step));
      assertEquals(
          "augment: '" + step + "': not for grey pictures of 0 to 1, " + steps + " or contrast",
          e.getMessage());
    }
    FormatException e = assertThrows(FormatException.class, () -> AugmentationSpec.parse("blur"));
    assertEquals(
        "augment: 'blur': unknown, " + steps + ", contrast, saturation or normalise",
        e.getMessage());
  }
}
