package jacquard.nn.data;

import jacquard.nn.io.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/// A folder with image sets in MNIST's layout: `train-images-idx3-ubyte`,
/// `train-labels-idx1-ubyte`, and the same with `t10k`; `.` instead of the second `-` and a `.gz`
/// behind are fine. Fashion-MNIST and others share it.
public final class Mnist {
  private Mnist() {}

  /// {@return whether `folder` holds a training set}
  ///
  /// @param folder the folder
  public static boolean isIn(Path folder) {
    return find(folder, "train", "images-idx3") != null;
  }

  /// {@return the training set}
  ///
  /// @param folder the folder
  /// @throws FormatException if a file is missing, unreadable or not what it should be
  public static ImageSet train(Path folder) throws FormatException {
    return read(folder, "train");
  }

  /// {@return the test set}
  ///
  /// @param folder the folder
  /// @throws FormatException if a file is missing, unreadable or not what it should be
  public static ImageSet test(Path folder) throws FormatException {
    return read(folder, "t10k");
  }

  /// {@return the set whose files begin with `prefix`}
  ///
  /// @param folder the folder
  /// @param prefix `train` or `t10k`
  /// @throws FormatException if a file is missing, unreadable or not what it should be
  public static ImageSet read(Path folder, String prefix) throws FormatException {
    Path imageFile = require(folder, prefix, "images-idx3");
    Path labelFile = require(folder, prefix, "labels-idx1");
    IdxFile images = IdxFile.read(imageFile);
    IdxFile labels = IdxFile.read(labelFile);
    int[] dims = images.dims();
    if (images.type() != IdxFile.Type.UBYTE || dims.length != 3 || dims[1] < 1 || dims[2] < 1) {
      throw new FormatException(
          "mnist: " + imageFile + ": holds " + images + ", expected UBYTE[count, height, width]");
    }
    if (labels.type() != IdxFile.Type.UBYTE || labels.dims().length != 1) {
      throw new FormatException(
          "mnist: " + labelFile + ": holds " + labels + ", expected UBYTE[count]");
    }
    if (labels.size() != dims[0]) {
      throw new FormatException(
          "mnist: %s: holds %d labels, expected %d as in %s"
              .formatted(labelFile, labels.size(), dims[0], imageFile.getFileName()));
    }
    int[] classOf = labels.toIntArray();
    int classes = Arrays.stream(classOf).max().orElse(-1) + 1;
    List<String> names = IntStream.range(0, classes).mapToObj(Integer::toString).toList();
    return new ImageSet(images.bytes(), 1, dims[1], dims[2], classOf, names);
  }

  private static Path require(Path folder, String prefix, String kind) throws FormatException {
    Path found = find(folder, prefix, kind);
    if (found == null) {
      throw new FormatException(
          "mnist: %s: holds no %s-%s-ubyte, with or without .gz, expected it in a folder of MNIST's files"
              .formatted(folder, prefix, kind));
    }
    return found;
  }

  private static @Nullable Path find(Path folder, String prefix, String kind) {
    for (String name : List.of(prefix + "-" + kind, prefix + "-" + kind.replace('-', '.'))) {
      for (String suffix : List.of("-ubyte", "-ubyte.gz")) {
        Path path = folder.resolve(name + suffix);
        if (Files.isRegularFile(path)) {
          return path;
        }
      }
    }
    return null;
  }
}
