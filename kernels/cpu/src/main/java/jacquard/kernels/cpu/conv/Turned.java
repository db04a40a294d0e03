package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.CacheLines;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;

/// Transposes a block of images from `[image][group, channel][pixel]` to `[group][pixel][channel]
/// [image]` and back. Reused from call to call.
final class Turned {
  /// Pixels that are transposed at a time: the lines that they are written to, often a power of two
  /// apart, should stay in L1 until they are full.
  private static final int PIXELS = 16;

  /// Elements of an image that are read ahead in the order of memory: 16 places that are read or
  /// written in turns are too many for the processor to foresee.
  private static final int AHEAD = 512;

  private final WorkerPool pool;
  private final Panels[] workers;
  private final RangeBody turnPart = this::turn;
  private final RangeBody backPart = this::back;

  private Loops loops = Element.F32.loops();
  private int elementBytes;
  private int start;
  private int columns;
  private int channels;
  private int height;
  private int width;
  private int rowPixels;
  private int groupPixels;
  private int image;

  private Object plain = NOTHING;
  private int plainOffset;
  private Object turned = NOTHING;
  private int turnedOffset;
  private int count;

  private static final Object NOTHING = new float[0];

  Turned(WorkerPool pool, Panels[] workers) {
    this.pool = pool;
    this.workers = workers;
  }

  /// Sets the layout.
  ///
  /// @param channels of a group
  /// @param rowPixels distance between rows in the transposed form
  /// @param groupPixels distance between groups in the transposed form
  void use(
      Element element,
      int newColumns,
      int groups,
      int newChannels,
      int newHeight,
      int newWidth,
      int newRowPixels,
      int newGroupPixels) {
    loops = element.loops();
    elementBytes = element.bytes();
    start = element.lineStart();
    columns = newColumns;
    channels = newChannels;
    height = newHeight;
    width = newWidth;
    rowPixels = newRowPixels;
    groupPixels = newGroupPixels;
    image = groups * channels * height * width;
  }

  /// Transposes `newCount` images; the columns of images that are not there are set to zero.
  void turn(Object from, int offset, int newCount, Object to) {
    plain = from;
    plainOffset = offset;
    turned = to;
    turnedOffset = start;
    count = newCount;
    pool.parallelFor(image / (height * width), grain(), turnPart);
    plain = NOTHING;
    turned = NOTHING;
  }

  /// Transposes back.
  ///
  /// @param pixel the pixel of the transposed form that is the first one of the images
  void back(Object from, int pixel, int newCount, Object to, int offset) {
    turned = from;
    turnedOffset = start + pixel * channels * columns;
    plain = to;
    plainOffset = offset;
    count = newCount;
    pool.parallelFor(image / (height * width), grain(), backPart);
    plain = NOTHING;
    turned = NOTHING;
  }

  /// Channels whose transposition is worth a thread.
  private int grain() {
    return Grain.ofTransposition(2.0 * elementBytes * height * width * columns);
  }

  private int place(int channel) {
    return turnedOffset
        + (channel / channels * groupPixels * channels + channel % channels) * columns;
  }

  private void turn(int from, int to, int worker) {
    int pixels = height * width;
    int stride = channels * columns;
    for (int channel = from; channel < to; channel++) {
      readAhead(channel, from, to, worker);
      int read = plainOffset + channel * pixels;
      int write = place(channel);
      if (count < columns) {
        loops.zero(turned, write, stride, pixels, columns);
      }
      for (int p = 0; p < pixels; p += PIXELS) {
        int length = Math.min(PIXELS, pixels - p);
        int at = write + p * stride;
        Transposition.run(loops, plain, read + p, image, count, length, turned, at, stride);
      }
    }
  }

  /// Reads channels of all images if `channel`, of `from .. to - 1`, is the first of some.
  private void readAhead(int channel, int from, int to, int worker) {
    int pixels = height * width;
    int group = Math.max(1, AHEAD / pixels);
    if ((channel - from) % group == 0) {
      int length = Math.min(group, to - channel) * pixels;
      double sum = 0;
      for (int i = 0; i < count; i++) {
        sum += CacheLines.touch(plain, plainOffset + i * image + channel * pixels, length);
      }
      workers[worker].touched = sum;
    }
  }

  private void back(int from, int to, int worker) {
    boolean dense = rowPixels == width;
    int rows = dense ? 1 : height;
    int length = dense ? height * width : width;
    int stride = channels * columns;
    for (int channel = from; channel < to; channel++) {
      readAhead(channel, from, to, worker);
      for (int y = 0; y < rows; y++) {
        int read = place(channel) + y * rowPixels * stride;
        int write = plainOffset + channel * height * width + y * width;
        Transposition.run(loops, turned, read, stride, length, count, plain, write, image);
      }
    }
  }
}
