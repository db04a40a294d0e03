package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Loops;

/// Copies an image to where the products of a [ConvPlan] gather from. The copy must have been zeros
/// once; what is behind its rows is set to zero or left alone.
final class PaddedImage {
  private PaddedImage() {}

  /// An image of `x` for a forward form: its columns sorted by the remainder by the stride.
  static void forward(
      ConvPlan plan, Element element, Object source, int offset, Object to, int at) {
    forward(plan, element, source, offset, to, at, 0, plan.rows());
  }

  /// Rows `first .. end - 1` of the copy of an image, of every channel.
  static void forward(
      ConvPlan plan,
      Element element,
      Object source,
      int offset,
      Object to,
      int at,
      int first,
      int end) {
    ConvShape s = plan.shape();
    Loops loops = element.loops();
    int phaseLength = plan.rowLength() / s.strideW();
    int top = Math.max(0, first - s.padTop());
    int rows = Math.min(s.h(), end - s.padTop()) - top;
    for (int c = 0; c < s.c(); c++) {
      int from = offset + (c * s.h() + top) * s.w();
      int plane = at + c * plan.plane() + (top + s.padTop()) * plan.rowLength();
      if (s.strideW() == 1) {
        int columns = Math.min(s.w(), phaseLength - s.padLeft());
        if (columns > 0 && rows > 0) {
          loops.copyPadded(
              source, from, s.w(), to, plane + s.padLeft(), plan.rowLength(), rows, columns);
        }
        continue;
      }
      for (int phase = 0; phase < s.strideW(); phase++) {
        int x = Math.floorMod(phase - s.padLeft(), s.strideW());
        int column = (x + s.padLeft()) / s.strideW();
        int columns = Math.min(Math.ceilDiv(s.w() - x, s.strideW()), phaseLength - column);
        if (columns > 0 && rows > 0) {
          loops.copy(
              source,
              from + x,
              s.w(),
              s.strideW(),
              to,
              plane + phase * phaseLength + column,
              plan.rowLength(),
              1,
              rows,
              columns);
        }
      }
    }
  }

  /// An image of `y` for an input gradient.
  static void gradient(
      ConvPlan plan, Element element, Object source, int offset, Object to, int at) {
    ConvShape s = plan.shape();
    int backH = (s.kh() - 1) * s.dilationH() / s.strideH();
    int backW = (s.kw() - 1) * s.dilationW() / s.strideW();
    int rows = Math.min(s.oh(), plan.rows() - backH);
    int columns = Math.min(s.ow(), plan.rowLength() - backW);
    for (int o = 0; o < s.o() && rows > 0 && columns > 0; o++) {
      element
          .loops()
          .copyPadded(
              source,
              offset + o * s.oh() * s.ow(),
              s.ow(),
              to,
              at + o * plan.plane() + backH * plan.rowLength() + backW,
              plan.rowLength(),
              rows,
              columns);
    }
  }
}
