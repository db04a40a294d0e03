package jacquard.examples.data;

import jacquard.examples.data.DigitStrokes.Stroke;
import jacquard.nn.data.SplitMix;
import java.util.Arrays;

/// Draws one digit at a time: strokes bent by chance, flattened to segments, fitted to MNIST's box,
/// inked by distance. Not for several threads at once.
final class DigitPen {
  private static final int SIZE = StrokeDigits.SIZE;

  /// Side of the box that holds the ink, in pixels.
  private static final float BOX = 20;

  /// Half of the width over which an edge fades, in pixels.
  private static final float SOFT = 0.75f;

  /// Segments of a spline between two knots.
  private static final int PIECES = 5;

  private static final int MOST_SEGMENTS = 256;

  // Knots of one stroke after bending; segments of the whole digit (ends a and b, in pixels once
  // fitted, and the pen's radius).
  private final float[] knotX = new float[64];
  private final float[] knotY = new float[64];
  private final float[] ax = new float[MOST_SEGMENTS];
  private final float[] ay = new float[MOST_SEGMENTS];
  private final float[] bx = new float[MOST_SEGMENTS];
  private final float[] by = new float[MOST_SEGMENTS];
  private final float[] radius = new float[MOST_SEGMENTS];
  private int segments;

  /// @param image receives 784 values from element `offset` on
  void draw(int digit, SplitMix random, float[] image, int offset) {
    Stroke[] strokes = DigitStrokes.style(digit, random.nextInt(DigitStrokes.styles(digit)));
    Bend bend = Bend.of(random);
    float width = 0.8f + Math.abs(bell(random, 0.26f)) + uniform(random, 0, 0.5f);
    segments = 0;
    for (Stroke stroke : strokes) {
      int knots = bend(stroke, bend);
      float start = width * (1 + bell(random, 0.10f));
      float end = width * (1 + bell(random, 0.10f));
      flatten(stroke, knots, start, end);
    }
    fit(width, random);
    Arrays.fill(image, offset, offset + StrokeDigits.PIXELS, 0);
    for (int s = 0; s < segments; s++) {
      ink(s, image, offset);
    }
  }

  /// What happens to every point of a digit: a wobble of the knots, a slow bow of the whole, then
  /// scaling, slant and rotation.
  ///
  /// @param wobble deviation of a knot, in heights of the digit
  private record Bend(
      long key,
      float wobble,
      float bowX,
      float bowY,
      float skew,
      float xx,
      float xy,
      float yx,
      float yy) {

    static Bend of(SplitMix random) {
      float aspect = 1 + bell(random, 0.16f);
      float slant = 0.11f + bell(random, 0.16f);
      float angle = bell(random, 0.09f);
      // cos and sin to fourth order: below 1e-5 off for these angles, and exact arithmetic
      // everywhere.
      float square = angle * angle;
      float cos = 1 - square / 2 + square * square / 24;
      float sin = angle - angle * square / 6;
      // rotation * slant * aspect
      return new Bend(
          random.nextLong(),
          0.018f + uniform(random, 0, 0.02f),
          bell(random, 0.13f),
          bell(random, 0.10f),
          bell(random, 0.16f),
          cos * aspect,
          -cos * slant - sin,
          sin * aspect,
          cos - sin * slant);
    }
  }

  /// Uniform in `low .. high`, in steps of a 2^24th.
  private static float uniform(SplitMix random, float low, float high) {
    return low + (high - low) * random.nextFloat();
  }

  /// Bell-shaped with mean 0 and deviation `sigma`, never beyond `3.46 sigma`: the sum of four
  /// 16-bit uniforms, from one draw.
  private static float bell(SplitMix random, float sigma) {
    long bits = random.nextLong();
    long sum = (bits & 0xffff) + (bits >>> 16 & 0xffff) + (bits >>> 32 & 0xffff) + (bits >>> 48);
    return (sum * 0x1p-16f - 2) * 1.7320508f * sigma;
  }

  // A knot's wobble depends on where it is, so strokes that meet still meet.
  private int bend(Stroke stroke, Bend bend) {
    for (int k = 0; k < stroke.size(); k++) {
      float x = stroke.x(k);
      float y = stroke.y(k);
      SplitMix place =
          SplitMix.of(bend.key, (long) Float.floatToIntBits(x) << 32 | Float.floatToIntBits(y));
      x += bell(place, bend.wobble) - 0.5f;
      y += bell(place, bend.wobble) - 0.5f;
      float bowedX = x * (1 + bend.skew * y) + bend.bowX * (y * y - 0.08f);
      float bowedY = y + bend.bowY * (x * x - 0.03f);
      knotX[k] = bend.xx * bowedX + bend.xy * bowedY;
      knotY[k] = bend.yx * bowedX + bend.yy * bowedY;
    }
    return stroke.size();
  }

  private void flatten(Stroke stroke, int knots, float start, float end) {
    int from = segments;
    switch (stroke.kind) {
      case LINE -> {
        for (int k = 0; k + 1 < knots; k++) {
          add(knotX[k], knotY[k], knotX[k + 1], knotY[k + 1]);
        }
      }
      case CURVE -> {
        for (int k = 0; k + 1 < knots; k++) {
          spline(Math.max(k - 1, 0), k, k + 1, Math.min(k + 2, knots - 1));
        }
      }
      case LOOP -> {
        for (int k = 0; k < knots; k++) {
          spline((k + knots - 1) % knots, k, (k + 1) % knots, (k + 2) % knots);
        }
      }
    }
    int count = segments - from;
    for (int s = 0; s < count; s++) {
      radius[from + s] = start + (end - start) * (s + 0.5f) / count;
    }
  }

  // Catmull-Rom between knots b and c.
  private void spline(int a, int b, int c, int d) {
    float x = knotX[b];
    float y = knotY[b];
    for (int i = 1; i <= PIECES; i++) {
      float t = (float) i / PIECES;
      float wa = ((2 - t) * t - 1) * t / 2;
      float wb = ((3 * t - 5) * t * t + 2) / 2;
      float wc = ((4 - 3 * t) * t + 1) * t / 2;
      float wd = (t - 1) * t * t / 2;
      float nextX = wa * knotX[a] + wb * knotX[b] + wc * knotX[c] + wd * knotX[d];
      float nextY = wa * knotY[a] + wb * knotY[b] + wc * knotY[c] + wd * knotY[d];
      add(x, y, nextX, nextY);
      x = nextX;
      y = nextY;
    }
  }

  private void add(float fromX, float fromY, float toX, float toY) {
    ax[segments] = fromX;
    ay[segments] = fromY;
    bx[segments] = toX;
    by[segments] = toY;
    segments++;
  }

  // Scales the longer side to the box and moves the centre of mass (segments weighed by length and
  // width) to the middle, give or take half a pixel, as far as the frame of one pixel stays free.
  private void fit(float width, SplitMix random) {
    float minX = Float.MAX_VALUE;
    float minY = Float.MAX_VALUE;
    float maxX = -Float.MAX_VALUE;
    float maxY = -Float.MAX_VALUE;
    float reach = 0;
    float mass = 0;
    float massX = 0;
    float massY = 0;
    for (int s = 0; s < segments; s++) {
      minX = Math.min(minX, Math.min(ax[s], bx[s]));
      maxX = Math.max(maxX, Math.max(ax[s], bx[s]));
      minY = Math.min(minY, Math.min(ay[s], by[s]));
      maxY = Math.max(maxY, Math.max(ay[s], by[s]));
      reach = Math.max(reach, radius[s] + SOFT);
      float dx = bx[s] - ax[s];
      float dy = by[s] - ay[s];
      float weight = (float) Math.sqrt(dx * dx + dy * dy) * radius[s];
      mass += weight;
      massX += weight * (ax[s] + bx[s]) / 2;
      massY += weight * (ay[s] + by[s]) / 2;
    }
    float side = Math.max(maxX - minX, maxY - minY);
    float scale = (BOX * uniform(random, 0.95f, 1.03f) - 2 * width) / side;
    float moveX =
        inside(
            SIZE / 2f + uniform(random, -0.5f, 0.5f) - scale * massX / mass,
            scale * minX,
            scale * maxX,
            reach);
    float moveY =
        inside(
            SIZE / 2f + uniform(random, -0.5f, 0.5f) - scale * massY / mass,
            scale * minY,
            scale * maxY,
            reach);
    for (int s = 0; s < segments; s++) {
      ax[s] = ax[s] * scale + moveX;
      ay[s] = ay[s] * scale + moveY;
      bx[s] = bx[s] * scale + moveX;
      by[s] = by[s] * scale + moveY;
    }
  }

  private static float inside(float move, float low, float high, float reach) {
    return Math.clamp(move, 1 + reach - low, SIZE - 1 - reach - high);
  }

  // Coverage falls smoothly from 1 inside the pen's radius to 0 outside; strokes don't add up.
  private void ink(int s, float[] image, int offset) {
    float reach = radius[s] + SOFT;
    float dx = bx[s] - ax[s];
    float dy = by[s] - ay[s];
    float inverse = 1 / Math.max(dx * dx + dy * dy, 1e-9f);
    // Pixel (column, row) has its centre at column + 0.5, row + 0.5.
    int left = Math.max(0, (int) (Math.min(ax[s], bx[s]) - reach));
    int right = Math.min(SIZE - 1, (int) (Math.max(ax[s], bx[s]) + reach));
    int top = Math.max(0, (int) (Math.min(ay[s], by[s]) - reach));
    int bottom = Math.min(SIZE - 1, (int) (Math.max(ay[s], by[s]) + reach));
    for (int row = top; row <= bottom; row++) {
      float py = row + 0.5f - ay[s];
      for (int column = left; column <= right; column++) {
        float px = column + 0.5f - ax[s];
        float along = Math.clamp((px * dx + py * dy) * inverse, 0f, 1f);
        float offX = px - along * dx;
        float offY = py - along * dy;
        float square = offX * offX + offY * offY;
        if (square < reach * reach) {
          float depth = Math.min((reach - (float) Math.sqrt(square)) / (2 * SOFT), 1);
          float coverage = depth * depth * (3 - 2 * depth);
          int pixel = offset + row * SIZE + column;
          image[pixel] = Math.max(image[pixel], coverage);
        }
      }
    }
  }
}
