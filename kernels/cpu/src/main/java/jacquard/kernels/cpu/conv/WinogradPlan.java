package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.conv.Convolution.Form;

/// A form of a convolution with fewer products than it has taps.
///
/// @param form which one; the weight gradient has the axes of the forward form
/// @param y axis along the height
/// @param x axis along the width
record WinogradPlan(ConvShape shape, Form form, WinogradAxis y, WinogradAxis x)
    implements BlockPlan {
  /// What an object holds that has nothing to do yet.
  static final WinogradPlan NONE = of(ConvShape.of(0, 1, 2, 2, 1, 2, 1, 0), Form.FORWARD);

  /// Fewest channels of the result: with fewer, making a panel takes longer than multiplying it.
  private static final int LEAST_ROWS = 24;

  /// What a call of a micro-kernel takes besides multiply-adds, in those of one row of its panel.
  /// Here its panels are short, of as many rows as there are channels.
  private static final double ROWS_PER_CALL = 28;

  /// Whether a form is faster so, if its images fill panels.
  static boolean fits(ConvShape s, Form form) {
    if (s.groups() > 1
        || s.dilationH() > 1
        || s.dilationW() > 1
        || !WinogradAxis.fits(s.kh(), s.strideH())
        || !WinogradAxis.fits(s.kw(), s.strideW())
        || s.kh() / s.strideH() != s.kw() / s.strideW()) {
      return false;
    }
    WinogradPlan plan = of(s, form);
    AxisTaps h = AxisTaps.forward(s.h(), s.oh(), s.kh(), s.strideH(), s.padTop(), 1);
    AxisTaps w = AxisTaps.forward(s.w(), s.ow(), s.kw(), s.strideW(), s.padLeft(), 1);
    double products = (double) plan.y.products() * plan.x.products();
    int k = form == Form.WEIGHT_GRADIENT ? Math.min(s.c(), s.o()) : plan.parts() * plan.depth();
    return plan.rows() >= LEAST_ROWS
        && products * (1 + ROWS_PER_CALL / k) <= (double) h.inside() * w.inside();
  }

  static WinogradPlan of(ConvShape s, Form form) {
    return form == Form.INPUT_GRADIENT
        ? new WinogradPlan(
            s,
            form,
            WinogradAxis.gradient(s.oh(), s.h(), s.kh(), s.strideH(), s.padTop()),
            WinogradAxis.gradient(s.ow(), s.w(), s.kw(), s.strideW(), s.padLeft()))
        : new WinogradPlan(
            s,
            form,
            WinogradAxis.forward(s.h(), s.oh(), s.kh(), s.strideH(), s.padTop()),
            WinogradAxis.forward(s.w(), s.ow(), s.kw(), s.strideW(), s.padLeft()));
  }

  @Override
  public boolean gradient() {
    return form == Form.INPUT_GRADIENT;
  }

  @Override
  public int sourcePixels() {
    return y.source() * x.source();
  }

  @Override
  public int resultPixels() {
    return y.result() * x.result();
  }

  /// Types of both axes together.
  int types() {
    return y.types() * x.types();
  }

  /// Parts of both axes together.
  int parts() {
    return y.parts() * x.parts();
  }

  /// Kinds of both axes together.
  int kinds() {
    return y.kinds() * x.kinds();
  }

  /// Index in the filter, `[kh, kw]`, of a tap of a part and kind.
  int filterTap(int part, int kind, int tapY, int tapX) {
    int p = y.filterTap(part / x.parts(), kind / x.kinds(), tapY);
    return p * shape.kw() + x.filterTap(part % x.parts(), kind % x.kinds(), tapX);
  }
}
