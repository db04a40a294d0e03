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
  private int pixels;
  private int image;

  private Object plain = NOTHING;
  private int plainOffset;
  private Object turned = NOTHING;
  private int count;

  private static final Object NOTHING = new float[0];

  Turned(WorkerPool pool, Panels[] workers) {
    this.pool = pool;
    this.workers = workers;
  }

  /// Sets the layout.
  ///
  /// @param newChannels of a group
  void use(Element element, int newColumns, int groups, int newChannels, int newPixels) {
    loops = element.loops();
    elementBytes = element.bytes();
    start = element.lineStart();
    columns = newColumns;
    channels = newChannels;
    pixels = newPixels;
    image = groups * channels * pixels;
  }

  /// Transposes `newCount` images; the columns of images that are not there are set to zero.
  void turn(Object from, int offset, int newCount, Object to) {
    plain = from;
    plainOffset = offset;
    turned = to;
    count = newCount;
    pool.parallelFor(image / pixels, grain(), turnPart);
    plain = NOTHING;
    turned = NOTHING;
  }

  /// Transposes back.
  void back(Object from, int newCount, Object to, int offset) {
    turned = from;
    plain = to;
    plainOffset = offset;
    count = newCount;
    pool.parallelFor(image / pixels, grain(), backPart);
    plain = NOTHING;
    turned = NOTHING;
  }

  /// Channels whose transposition is worth a thread.
  private int grain() {
    return Grain.ofTransposition(2.0 * elementBytes * pixels * columns);
  }

  private int place(int channel) {
    int group = channel / channels;
    return start + (group * pixels * channels + channel % channels) * columns;
  }

  private void turn(int from, int to, int worker) {
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
    int stride = channels * columns;
    for (int channel = from; channel < to; channel++) {
      readAhead(channel, from, to, worker);
      int write = plainOffset + channel * pixels;
      Transposition.run(loops, turned, place(channel), stride, pixels, count, plain, write, image);
    }
  }
}
