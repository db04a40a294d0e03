package jacquard.examples.recipe.vae;

import jacquard.examples.view.ImageGrid;
import jacquard.nn.Pass;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Key;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// What a [Vae] has learned, to be looked at.
///
/// @param model a trained one
public record VaePictures(Vae model) {
  private static final int ACROSS = 10;

  /// Reaches over 98.8 % of the standard normal distribution in each direction.
  private static final double REACH = 2.5;

  private static final int MANIFOLD = 20;

  private ImageGrid grid() {
    return ImageGrid.of(model.sizes().height(), model.sizes().width()).withScale(2);
  }

  /// `[count]` labels for a model with classes; null for one without.
  private @Nullable Tensor classes(int[] labels) {
    return model.sizes().classes() == 0
        ? null
        : Tensor.stored(DType.I32, labels, Shape.of(labels.length), Device.standard());
  }

  private Tensor tensor(float[] pixels, int count) {
    return Tensor.of(pixels, count, 1, model.sizes().height(), model.sizes().width());
  }

  private float[] decoded(Tensor latents, int[] labels) {
    return model.picture(latents, classes(labels), Pass.evaluation()).toFloatArray();
  }

  /// {@return means of the latents of pictures, `[count, latent]`}
  ///
  /// @param pixels of the pictures, `[count, height, width]`, 0 to 1
  /// @param labels of the pictures; not looked at by a model without classes
  public float[] means(float[] pixels, int[] labels) {
    return model
        .encode(tensor(pixels, labels.length), classes(labels), Pass.evaluation())
        .mean()
        .toFloatArray();
  }

  /// {@return the picture of a latent, 0 to 1}
  ///
  /// @param latent its numbers
  /// @param label what to draw; not looked at by a model without classes
  public float[] picture(float[] latent, int label) {
    return decoded(Tensor.of(latent, 1, latent.length), new int[] {label});
  }

  /// Draws pictures of latents drawn from the standard normal distribution, 0 to 1.
  ///
  /// @param seed of the latents
  /// @param labels what to draw; not looked at by a model without classes
  /// @return `[count, height, width]`
  public float[] drawn(long seed, int[] labels) {
    Key key = Key.of(seed).dynamic();
    return decoded(Tensor.randn(key, labels.length, model.sizes().latent()), labels);
  }

  /// Writes pictures that were drawn; of a model with classes each class has its column.
  ///
  /// @param path of the file
  /// @param seed of the latents
  /// @param count number of pictures
  /// @param only the class to draw; null for all in turn
  /// @throws IOException if the file can't be written
  public void writeDrawn(Path path, long seed, int count, @Nullable Integer only)
      throws IOException {
    int classes = model.sizes().classes();
    int[] labels = new int[count];
    Arrays.setAll(labels, i -> only != null ? only : classes == 0 ? 0 : i % classes);
    grid()
        .withColumns(classes > 0 && only == null ? classes : 0)
        .write(path, drawn(seed, labels), count);
  }

  /// Writes originals in odd rows, and below each what the model makes of it.
  ///
  /// @param path of the file
  /// @param pixels of the pictures, `[count, height, width]`, 0 to 1
  /// @param labels of the pictures, a multiple of 10
  /// @throws IOException if the file can't be written
  public void writeRebuilt(Path path, float[] pixels, int[] labels) throws IOException {
    int count = labels.length;
    int row = ACROSS * model.sizes().pixels();
    float[] rebuilt =
        decoded(
            model.encode(tensor(pixels, count), classes(labels), Pass.evaluation()).mean(), labels);
    float[] both = new float[2 * pixels.length];
    for (int at = 0; at < pixels.length; at += row) {
      System.arraycopy(pixels, at, both, 2 * at, row);
      System.arraycopy(rebuilt, at, both, 2 * at + row, row);
    }
    grid().withColumns(ACROSS).write(path, both, 2 * count);
  }

  /// Writes the way from one picture to the next in the latent space, a pair in each row; the ends
  /// are rebuilt, not the originals.
  ///
  /// @param path of the file
  /// @param pixels of the pictures, `[count, height, width]`, 0 to 1
  /// @param labels of the pictures, an even number
  /// @throws IOException if the file can't be written
  public void writeBetween(Path path, float[] pixels, int[] labels) throws IOException {
    int latent = model.sizes().latent();
    float[] means = means(pixels, labels);
    int pairs = labels.length / 2;
    float[] way = new float[pairs * ACROSS * latent];
    int[] of = new int[pairs * ACROSS];
    for (int i = 0; i < of.length; i++) {
      int from = i / ACROSS * 2;
      float share = i % ACROSS / (ACROSS - 1f);
      of[i] = labels[share < 0.5 ? from : from + 1];
      for (int k = 0; k < latent; k++) {
        way[i * latent + k] =
            (1 - share) * means[from * latent + k] + share * means[(from + 1) * latent + k];
      }
    }
    grid()
        .withColumns(ACROSS)
        .write(path, decoded(Tensor.of(way, of.length, latent), of), of.length);
  }

  /// Writes the plane of a latent of two numbers, each from -2.5 to 2.5, the second upwards.
  ///
  /// @param path of the file
  /// @param label what to draw; not looked at by a model without classes
  /// @throws IllegalArgumentException if the latent has more or fewer
  /// @throws IOException if the file can't be written
  public void writeManifold(Path path, int label) throws IOException {
    if (model.sizes().latent() != 2) {
      throw new IllegalArgumentException(
          "manifold: the latent has " + model.sizes().latent() + " numbers, expected 2");
    }
    float[] plane = new float[2 * MANIFOLD * MANIFOLD];
    for (int i = 0; i < MANIFOLD * MANIFOLD; i++) {
      plane[2 * i] = place(i % MANIFOLD);
      plane[2 * i + 1] = -place(i / MANIFOLD);
    }
    int[] labels = new int[MANIFOLD * MANIFOLD];
    Arrays.fill(labels, label);
    grid()
        .withScale(1)
        .withPadding(0)
        .withColumns(MANIFOLD)
        .write(path, decoded(Tensor.of(plane, labels.length, 2), labels), labels.length);
  }

  private static float place(int index) {
    return (float) (REACH * (2.0 * index / (MANIFOLD - 1) - 1));
  }
}
