package jacquard.kernels.cpu.conv;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// One form of a convolution for one shape: the products it consists of, and how an image is copied
/// so that they can gather from it.
///
/// @param products one for each channel group, and in the input gradient for each phase of the
///   stride
/// @param rowLength elements of a row of a padded image copy
/// @param plane elements of a channel of the copy
/// @param sourceImage elements of the copy of an image
/// @param complete whether the products write every element of the result
/// @param order of the input gradient: for each element of the sorted filters its offset in `w`; of
///   the weight gradient: for each element of `dw` its offset in the products' result; else empty
record ConvPlan(
    ConvShape shape,
    List<GatheredProduct> products,
    int rowLength,
    int plane,
    int sourceImage,
    boolean complete,
    int[] order) {

  /// Elements behind an image copy that may be overwritten with the zeros that end its last row.
  private static final int GAP = 16;

  int rows() {
    return rowLength == 0 ? 0 : plane / rowLength;
  }

  /// Forward: `y[o, pixel] = w[o, tap] · x[tap, pixel]`.
  ///
  /// The copy of `x` is padded with zeros, and its columns are sorted by phase, the remainder of
  /// the division by the stride, so that neighbouring pixels of `y` read neighbouring elements for
  /// every tap: `[c, row, phase, column]`.
  static ConvPlan forward(ConvShape s) {
    int phaseLength = (s.ow() - 1) + (s.kw() - 1) * s.dilationW() / s.strideW() + 1;
    int rowLength = phaseLength * s.strideW();
    int rows = (s.oh() - 1) * s.strideH() + (s.kh() - 1) * s.dilationH() + 1;
    int plane = rows * rowLength;
    int[] columns = grid(s.oh(), s.ow(), s.strideH() * rowLength, 1, 0);
    int[] targets = grid(s.oh(), s.ow(), s.ow(), 1, 0);
    List<GatheredProduct> products = new ArrayList<>();
    int k = s.channels() * s.taps();
    for (int group = 0; group < s.groups(); group++) {
      int[] taps = new int[k];
      int t = 0;
      for (int c = 0; c < s.channels(); c++) {
        for (int p = 0; p < s.kh(); p++) {
          for (int q = 0; q < s.kw(); q++) {
            int column = q * s.dilationW();
            taps[t++] =
                (group * s.channels() + c) * plane
                    + p * s.dilationH() * rowLength
                    + column % s.strideW() * phaseLength
                    + column / s.strideW();
          }
        }
      }
      int first = group * s.filters();
      products.add(
          new GatheredProduct(
              s.filters(),
              first * k,
              k,
              taps,
              columns,
              shifted(targets, first * s.oh() * s.ow()),
              s.oh() * s.ow()));
    }
    return new ConvPlan(s, products, rowLength, plane, s.c() * plane + GAP, k > 0, new int[0]);
  }

  /// Input gradient: for each phase, that is each remainder of `x`'s padded coordinates by the
  /// strides, a convolution of `y` with stride 1 and the taps that meet the phase. No tap is
  /// multiplied with zeros between the elements of `y`.
  ///
  /// The left operands are the filters sorted by phase, `[group, phase][c, o, tap]`.
  static ConvPlan inputGradient(ConvShape s) {
    int backH = (s.kh() - 1) * s.dilationH() / s.strideH();
    int backW = (s.kw() - 1) * s.dilationW() / s.strideW();
    int rowLength = (s.w() - 1 + s.padLeft()) / s.strideW() + backW + 1;
    int rows = (s.h() - 1 + s.padTop()) / s.strideH() + backH + 1;
    int plane = rows * rowLength;
    List<GatheredProduct> products = new ArrayList<>();
    boolean complete = true;
    int left = 0;
    for (int group = 0; group < s.groups(); group++) {
      for (int phaseH = 0; phaseH < s.strideH(); phaseH++) {
        for (int phaseW = 0; phaseW < s.strideW(); phaseW++) {
          int firstH = firstOf(phaseH, s.padTop(), s.strideH());
          int firstW = firstOf(phaseW, s.padLeft(), s.strideW());
          int gridH = count(s.h(), firstH * s.strideH() + phaseH - s.padTop(), s.strideH());
          int gridW = count(s.w(), firstW * s.strideW() + phaseW - s.padLeft(), s.strideW());
          int[] taps = phaseTaps(s, group, phaseH, phaseW, backH, backW, rowLength, plane);
          if (gridH > 0 && gridW > 0 && taps.length > 0) {
            int y = firstH * s.strideH() + phaseH - s.padTop();
            int x = firstW * s.strideW() + phaseW - s.padLeft();
            int origin = (group * s.channels() * s.h() + y) * s.w() + x;
            products.add(
                new GatheredProduct(
                    s.channels(),
                    left,
                    taps.length,
                    taps,
                    grid(gridH, gridW, rowLength, 1, firstH * rowLength + firstW),
                    grid(gridH, gridW, s.strideH() * s.w(), s.strideW(), origin),
                    s.h() * s.w()));
          }
          complete &= gridH <= 0 || gridW <= 0 || taps.length > 0;
          left += s.channels() * taps.length;
        }
      }
    }
    return new ConvPlan(
        s, products, rowLength, plane, s.o() * plane + GAP, complete, sortFilters(s));
  }

  private static int[] phaseTaps(
      ConvShape s,
      int group,
      int phaseH,
      int phaseW,
      int backH,
      int backW,
      int rowLength,
      int plane) {
    int[] taps = new int[s.filters() * s.taps()];
    int t = 0;
    for (int o = 0; o < s.filters(); o++) {
      for (int p = 0; p < s.kh(); p++) {
        for (int q = 0; q < s.kw(); q++) {
          int h = p * s.dilationH();
          int w = q * s.dilationW();
          if (h % s.strideH() == phaseH && w % s.strideW() == phaseW) {
            taps[t++] =
                (group * s.filters() + o) * plane
                    + (backH - h / s.strideH()) * rowLength
                    + (backW - w / s.strideW());
          }
        }
      }
    }
    return Arrays.copyOf(taps, t);
  }

  /// Offsets in `w` of the elements of the sorted filters, in their order.
  private static int[] sortFilters(ConvShape s) {
    int[] order = new int[s.o() * s.channels() * s.taps()];
    int t = 0;
    for (int group = 0; group < s.groups(); group++) {
      for (int phase = 0; phase < s.strideH() * s.strideW(); phase++) {
        for (int c = 0; c < s.channels(); c++) {
          for (int o = 0; o < s.filters(); o++) {
            for (int p = 0; p < s.kh(); p++) {
              for (int q = 0; q < s.kw(); q++) {
                if (p * s.dilationH() % s.strideH() == phase / s.strideW()
                    && q * s.dilationW() % s.strideW() == phase % s.strideW()) {
                  int filter = group * s.filters() + o;
                  order[t++] = ((filter * s.channels() + c) * s.kh() + p) * s.kw() + q;
                }
              }
            }
          }
        }
      }
    }
    return order;
  }

  /// Weight gradient: `dw[o, tap] += dy[o, pixel] · x[pixel, tap]`, image by image.
  ///
  /// The copy of `x` is padded and has its channels innermost, `[group, row, column, c]`, so that
  /// neighbouring taps are neighbouring elements when they are counted in the order row, column,
  /// channel.
  static ConvPlan weightGradient(ConvShape s) {
    int channels = s.channels();
    int rowLength = ((s.ow() - 1) * s.strideW() + (s.kw() - 1) * s.dilationW() + 1) * channels;
    int rows = (s.oh() - 1) * s.strideH() + (s.kh() - 1) * s.dilationH() + 1;
    int plane = rows * rowLength;
    int k = channels * s.taps();
    int[] taps = grid(s.oh(), s.ow(), s.strideH() * rowLength, s.strideW() * channels, 0);
    List<GatheredProduct> products = new ArrayList<>();
    for (int group = 0; group < s.groups(); group++) {
      int[] columns = new int[k];
      int[] targets = new int[k];
      for (int q = 0; q < k; q++) {
        int tap = q / channels;
        columns[q] =
            group * plane
                + tap / s.kw() * s.dilationH() * rowLength
                + tap % s.kw() * s.dilationW() * channels
                + q % channels;
        targets[q] = group * s.filters() * k + q;
      }
      products.add(
          new GatheredProduct(
              s.filters(),
              group * s.filters() * s.oh() * s.ow(),
              s.oh() * s.ow(),
              taps,
              columns,
              targets,
              k));
    }
    return new ConvPlan(s, products, rowLength, plane, s.groups() * plane + GAP, true, sortTaps(s));
  }

  private static int[] sortTaps(ConvShape s) {
    int[] order = new int[s.wElements()];
    for (int i = 0; i < order.length; i++) {
      int tap = i % s.taps();
      int c = i / s.taps() % s.channels();
      int o = i / s.taps() / s.channels();
      order[i] = (o * s.taps() + tap) * s.channels() + c;
    }
    return order;
  }

  /// Offsets of a grid of points, row by row.
  private static int[] grid(int rows, int columns, int rowStep, int columnStep, int origin) {
    int[] offsets = new int[Math.max(0, rows) * Math.max(0, columns)];
    for (int i = 0; i < offsets.length; i++) {
      offsets[i] = origin + i / columns * rowStep + i % columns * columnStep;
    }
    return offsets;
  }

  private static int[] shifted(int[] offsets, int by) {
    int[] result = offsets.clone();
    for (int i = 0; i < result.length; i++) {
      result[i] += by;
    }
    return result;
  }

  /// The first padded coordinate `t * stride + phase` that is not left of the image, as `t`.
  private static int firstOf(int phase, int pad, int stride) {
    return Math.max(0, (pad - phase + stride - 1) / stride);
  }

  /// Number of coordinates `first, first + stride, ...` below `size`.
  private static int count(int size, int first, int stride) {
    return first >= size ? 0 : (size - first + stride - 1) / stride;
  }
}
