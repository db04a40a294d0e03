package jacquard.nn.data;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import java.util.ArrayList;
import java.util.List;

/// Batches whose pictures are augmented, each row with random numbers of its own that depend on the
/// seed, the step and the row only. In a [DataLoader] it is done on the loader's threads.
public final class AugmentedBatches implements BatchSource {
  private final BatchSource source;
  private final Augmentation augmentation;
  private final long seed;
  private final double low;

  /// Batches whose pictures are changed, each in its own way.
  ///
  /// @param source has a field `image`, f32 `[channels, height, width]`
  /// @param augmentation what is done to each picture
  /// @param seed same seed, same numbers
  /// @param low what the source's pictures have for black, with 1 for white; the result has it too
  public AugmentedBatches(BatchSource source, Augmentation augmentation, long seed, double low) {
    this.source = source;
    this.augmentation = augmentation;
    this.seed = seed;
    this.low = low;
  }

  @Override
  public Batch batch(long step) {
    Batch plain = source.batch(step);
    List<Image> images = new ArrayList<>();
    Shape shape = field(plain).shape();
    for (int row = 0; row < plain.valid(); row++) {
      images.add(augmentation.apply(image(plain, shape, row), SplitMix.of(seed, step, row)));
    }
    Batch result = like(plain, images.isEmpty() ? image(plain, shape, 0) : images.getFirst());
    float[] values = result.floats("image");
    int each = values.length / result.rows();
    for (int row = 0; row < images.size(); row++) {
      float[] made = images.get(row).values();
      for (int i = 0; i < each; i++) {
        values[row * each + i] = (float) (low + (1 - low) * made[i]);
      }
    }
    return result;
  }

  private Image image(Batch batch, Shape shape, int row) {
    Image image = Image.of(shape.dim(0), shape.dim(1), shape.dim(2));
    int each = image.values().length;
    float[] values = batch.floats("image");
    for (int i = 0; i < each; i++) {
      image.values()[i] = (float) ((values[row * each + i] - low) / (1 - low));
    }
    return image;
  }

  private static Field field(Batch batch) {
    for (Field field : batch.fields()) {
      if (field.name().equals("image") && field.shape().rank() == 3) {
        return field;
      }
    }
    throw new IllegalArgumentException(
        "augment: fields " + batch.fields() + ", expected one image f32[channels, height, width]");
  }

  /// The batch with a picture's size in place of its own, other fields copied.
  @SuppressWarnings("SuspiciousSystemArraycopy") // both are arrays of the field's dtype
  private static Batch like(Batch plain, Image image) {
    List<Field> fields = new ArrayList<>();
    for (Field field : plain.fields()) {
      fields.add(
          field.name().equals("image")
              ? new Field(
                  "image", DType.F32, Shape.of(image.channels(), image.height(), image.width()))
              : field);
    }
    Batch result = new Batch(plain.step(), plain.epoch(), plain.rows(), plain.valid(), fields);
    for (int f = 0; f < fields.size(); f++) {
      if (!fields.get(f).name().equals("image")) {
        System.arraycopy(plain.array(f), 0, result.array(f), 0, plain.rows() * plain.stride(f));
      }
    }
    return result;
  }
}
