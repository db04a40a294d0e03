package jacquard.tensor.reference;

import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Window;

/// The convolution family: one loop nest over every product `y += x * w` of the forward form, read
/// in three ways.
final class Convolution {
  private Convolution() {}

  // N image, O result channel, C filter channel, H and W rows and columns
  static double[] apply(Op.Conv op, double[] a, double[] b) {
    Window window = op.window();
    Shape x = window.image();
    Shape w = window.filter();
    Shape y = window.result();
    Shape written =
        switch (op.kind()) {
          case FORWARD -> y;
          case INPUT_GRADIENT -> x;
          case WEIGHT_GRADIENT -> w;
        };
    double[] result = new double[written.arraySize()];
    int perGroup = y.dim(1) / window.groups();
    for (int n = 0; n < y.dim(0); n++) {
      for (int o = 0; o < y.dim(1); o++) {
        for (int oh = 0; oh < y.dim(2); oh++) {
          for (int ow = 0; ow < y.dim(3); ow++) {
            int yi = index(y, n, o, oh, ow);
            for (int c = 0; c < w.dim(1); c++) {
              int channel = o / perGroup * w.dim(1) + c;
              for (int kh = 0; kh < w.dim(2); kh++) {
                int h = oh * window.strideH() - window.padTop() + kh * window.dilationH();
                if (h < 0 || h >= x.dim(2)) {
                  continue;
                }
                for (int kw = 0; kw < w.dim(3); kw++) {
                  int v = ow * window.strideW() - window.padLeft() + kw * window.dilationW();
                  if (v < 0 || v >= x.dim(3)) {
                    continue;
                  }
                  int xi = index(x, n, channel, h, v);
                  int wi = index(w, o, c, kh, kw);
                  switch (op.kind()) {
                    case FORWARD -> result[yi] += a[xi] * b[wi];
                    case INPUT_GRADIENT -> result[xi] += a[yi] * b[wi];
                    case WEIGHT_GRADIENT -> result[wi] += a[xi] * b[yi];
                  }
                }
              }
            }
          }
        }
      }
    }
    return result;
  }

  private static int index(Shape s, int i, int j, int k, int l) {
    return ((i * s.dim(1) + j) * s.dim(2) + k) * s.dim(3) + l;
  }
}
