package jacquard.examples.recipe;

import jacquard.examples.view.ImageGrid;
import jacquard.nn.data.Augmentation;
import jacquard.nn.data.AugmentationSpec;
import jacquard.nn.data.Image;
import jacquard.nn.data.ImageFolder;
import jacquard.nn.data.ImageSet;
import jacquard.nn.data.Mnist;
import jacquard.nn.data.SplitMix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/// `jacquard plot augment`: a contact sheet of images and of what augmentation makes of them.
@Command(
    name = "augment",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Draws a contact sheet: in each row an image and nine that --augment makes of it.",
      "Shows digits drawn from strokes, or with --data MNIST's files or a folder of PNG and JPEG"
          + " files."
    })
public final class AugmentPlot implements Callable<Integer> {
  private static final int ROWS = 8;
  private static final int VARIANTS = 9;

  @Option(
      names = "--augment",
      paramLabel = "SPEC",
      defaultValue = "rotate=10,shift=2,crop=0.8:1,brightness=0.2",
      description = "What to do, as train takes it. Default: ${DEFAULT-VALUE}.")
  private String spec;

  @Option(names = "--data", paramLabel = "PATH", description = "Whose images to show.")
  private @Nullable Path data;

  @Option(
      names = "--size",
      paramLabel = "N",
      defaultValue = "64",
      description =
          "Side that PNG and JPEG files are cut and resized to. Default: ${DEFAULT-VALUE}.")
  private int size;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1",
      description = "The same seed does the same. Default: ${DEFAULT-VALUE}.")
  private long seed;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      defaultValue = "augment.png",
      description = "Where to write. Default: ${DEFAULT-VALUE}.")
  private Path out;

  /// Picocli fills in the options.
  public AugmentPlot() {}

  @Override
  public Integer call() throws IOException {
    Require.atLeast("--size", size, 1);
    Augmentation augmentation = AugmentationSpec.parse(spec);
    List<Image> originals = originals();
    List<Image> shown = new ArrayList<>();
    for (int row = 0; row < originals.size(); row++) {
      Image original = originals.get(row);
      Image first = augmentation.apply(original, SplitMix.of(seed, row, 0));
      // An original of another size is shown as the middle of it.
      shown.add(
          new Augmentation.CentreCrop(first.height(), first.width())
              .apply(original, SplitMix.of(seed)));
      shown.add(first);
      for (int variant = 1; variant < VARIANTS; variant++) {
        shown.add(augmentation.apply(original, SplitMix.of(seed, row, variant)));
      }
    }
    write(shown);
    System.out.println(out);
    return 0;
  }

  private List<Image> originals() throws IOException {
    List<Image> images = new ArrayList<>();
    if (data != null && !Mnist.isIn(data) && ImageFolder.isIn(data)) {
      ImageSet set = ImageFolder.read(data, ImageFolder.Options.of(size, size, 3)).images();
      for (int i = 0; i < Math.min(ROWS, set.size()); i++) {
        images.add(of(set.pixels(i), 3, size, size));
      }
      return images;
    }
    Pictures digits = Digits.of(data, 0, 1, seed).learned(ROWS);
    for (int i = 0; i < digits.count(); i++) {
      images.add(new Image(digits.slice(i, i + 1).pixels(), 1, digits.height(), digits.width()));
    }
    return images;
  }

  private static Image of(byte[] pixels, int channels, int height, int width) {
    Image image = Image.of(channels, height, width);
    for (int i = 0; i < pixels.length; i++) {
      image.values()[i] = (pixels[i] & 255) / 255f;
    }
    return image;
  }

  private void write(List<Image> shown) throws IOException {
    Image first = shown.getFirst();
    int plane = first.height() * first.width();
    int channels = first.channels();
    float[] pixels = new float[shown.size() * plane * channels];
    for (int i = 0; i < shown.size(); i++) {
      for (int c = 0; c < channels; c++) {
        for (int pixel = 0; pixel < plane; pixel++) {
          pixels[(i * plane + pixel) * channels + c] = shown.get(i).values()[c * plane + pixel];
        }
      }
    }
    ImageGrid.of(first.height(), first.width())
        .withChannels(channels)
        .withColumns(1 + VARIANTS)
        .withScale(first.height() < 48 ? 2 : 1)
        .write(out, pixels, shown.size());
  }
}
