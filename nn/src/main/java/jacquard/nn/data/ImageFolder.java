package jacquard.nn.data;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The PNG and JPEG files of a folder as an {@link ImageSet}: a sub folder is a class, or all are
/// one class if the images lie in the folder itself.
///
/// Each image is cut to its largest centred part with the target's proportions and resized. The
/// order is that of the paths, compared name by name, on every system. Files that can't be used are
/// listed in {@link #rejected}; other files and hidden ones (`.name`) are ignored.
///
/// @param images what was read
/// @param rejected one line for each file that was left out, why
public record ImageFolder(ImageSet images, List<String> rejected) {
  /// What to make of the files.
  ///
  /// @param height height in pixels
  /// @param width width in pixels
  /// @param channels 1 for grey, 3 for red, green and blue
  /// @param maxPixels largest file to decode, in pixels
  public record Options(int height, int width, int channels, long maxPixels) {
    /// Sizes of the result; files of up to 64 million pixels.
    ///
    /// @param height height in pixels
    /// @param width width in pixels
    /// @param channels 1 for grey, 3 for colour
    /// @return the options
    public static Options of(int height, int width, int channels) {
      return new Options(height, width, channels, 64_000_000);
    }

    /// Refuses sizes below 1, and channels other than 1 and 3.
    public Options {
      if (height < 1 || width < 1 || (channels != 1 && channels != 3) || maxPixels < 1) {
        throw new IllegalArgumentException(
            "image folder: %d x %d pixels, %d channels, expected sizes of 1 or more, 1 or 3 channels"
                .formatted(height, width, channels));
      }
    }
  }

  /// Copies the list.
  public ImageFolder {
    rejected = List.copyOf(rejected);
  }

  /// {@return whether `folder` or its sub folders hold files named like images}
  ///
  /// @param folder the folder
  /// @throws FormatException if the folder can't be read
  public static boolean isIn(Path folder) throws FormatException {
    return Files.isDirectory(folder) && !files(folder).isEmpty();
  }

  /// Reads all images.
  ///
  /// @param folder the folder
  /// @param options sizes and limits
  /// @return the images, and the files that are none
  /// @throws FormatException if the folder can't be read, holds no image that can be used, or more
  ///   than fit in 2 GiB at the size asked for
  public static ImageFolder read(Path folder, Options options) throws FormatException {
    List<Path> files = files(folder);
    if (files.isEmpty()) {
      throw new FormatException(
          "image folder: "
              + folder
              + ": holds no .png, .jpg or .jpeg file, here or in sub folders");
    }
    int size = options.channels * options.height * options.width;
    if ((long) files.size() * size > Integer.MAX_VALUE - 64) {
      throw new FormatException(
          "image folder: %s: %d images of %d bytes don't fit in 2 GiB; ask for a smaller size"
              .formatted(folder, files.size(), size));
    }
    boolean classed = files.stream().anyMatch(file -> folder.relativize(file).getNameCount() > 1);
    List<String> classes = classes(folder, files, classed);
    byte[] pixels = new byte[files.size() * size];
    int[] labels = new int[files.size()];
    int count = 0;
    List<String> rejected = new ArrayList<>();
    for (Path file : files) {
      Path relative = folder.relativize(file);
      if (classed && relative.getNameCount() == 1) {
        rejected.add("image: " + file + ": lies beside the class folders, expected it inside one");
        continue;
      }
      try {
        ImageDecoder.Planes image = ImageDecoder.decode(file, options.channels, options.maxPixels);
        int plane = options.height * options.width;
        for (int c = 0; c < options.channels; c++) {
          Resampler.fill(
              image.planes[c],
              image.height,
              image.width,
              pixels,
              count * size + c * plane,
              options.height,
              options.width);
        }
      } catch (FormatException e) {
        rejected.add(String.valueOf(e.getMessage()));
        continue;
      }
      labels[count++] = classed ? classes.indexOf(relative.getName(0).toString()) : 0;
    }
    if (count == 0) {
      throw new FormatException(
          "image folder: %s: none of %d files can be used; the first: %s"
              .formatted(folder, files.size(), rejected.getFirst()));
    }
    return new ImageFolder(
        new ImageSet(
            Arrays.copyOf(pixels, count * size),
            options.channels,
            options.height,
            options.width,
            Arrays.copyOf(labels, count),
            classes),
        rejected);
  }

  private static List<String> classes(Path folder, List<Path> files, boolean classed) {
    if (!classed) {
      return List.of("images");
    }
    TreeSet<String> names = new TreeSet<>();
    for (Path file : files) {
      Path relative = folder.relativize(file);
      if (relative.getNameCount() > 1) {
        names.add(relative.getName(0).toString());
      }
    }
    return List.copyOf(names);
  }

  private static List<Path> files(Path folder) throws FormatException {
    try (Stream<Path> walk = Files.walk(folder)) {
      return walk.filter(file -> isImage(folder.relativize(file)) && Files.isRegularFile(file))
          .sorted(Comparator.comparing(folder::relativize, ImageFolder::compareNames))
          .toList();
    } catch (UncheckedIOException e) {
      throw FormatException.unreadable("image folder", folder, e);
    } catch (IOException e) {
      throw FormatException.unreadable("image folder", folder, e);
    }
  }

  private static boolean isImage(Path relative) {
    for (Path name : relative) {
      if (name.toString().startsWith(".")) {
        return false;
      }
    }
    String name = relative.toString().toLowerCase(Locale.ROOT);
    return name.endsWith(".png") || name.endsWith(".jpg") || name.endsWith(".jpeg");
  }

  // Paths compare by system, ignoring case on some.
  private static int compareNames(Path a, Path b) {
    int common = Math.min(a.getNameCount(), b.getNameCount());
    for (int i = 0; i < common; i++) {
      int order = a.getName(i).toString().compareTo(b.getName(i).toString());
      if (order != 0) {
        return order;
      }
    }
    return Integer.compare(a.getNameCount(), b.getNameCount());
  }
}
