package jacquard.kernels.cpu.emit;

import jacquard.kernels.Kernel;
import jacquard.kernels.Kernel.Inner;
import jacquard.kernels.Kernel.Level;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.UnaryKind;
import java.util.LinkedHashMap;
import java.util.Map;

/// Kernels as they occur in a transformer and its optimiser. `variant` makes others of the same
/// kind: it goes into a constant.
final class TypicalKernels {
  private TypicalKernels() {}

  /// `gelu(x + bias) * mask` by tanh; x, mask and result `[outer, inner]`, bias `[inner]`.
  static Kernel gelu(int variant) {
    Draft d = new Draft(1, 0, false);
    int x = d.plus(d.load(), d.load());
    int x3 = d.times(d.times(x, x), x);
    int u =
        d.times(d.constant(0.7978845608 + variant), d.plus(x, d.times(d.constant(0.044715), x3)));
    int y = d.times(d.times(d.constant(0.5), x), d.plus(d.constant(1), d.unary(UnaryKind.TANH, u)));
    d.store(d.times(y, d.load()));
    return d.kernel();
  }

  /// The gradient of gelu.
  static Kernel geluGradient(int variant) {
    Draft d = new Draft(1, 0, false);
    int x = d.load();
    int g = d.load();
    int c = d.constant(0.7978845608 + variant);
    int x2 = d.times(x, x);
    int u = d.times(c, d.plus(x, d.times(d.constant(0.044715), d.times(x2, x))));
    int t = d.unary(UnaryKind.TANH, u);
    int one = d.constant(1);
    int half = d.constant(0.5);
    int du = d.times(c, d.plus(one, d.times(d.constant(3 * 0.044715), x2)));
    int dt = d.times(d.minus(one, d.times(t, t)), du);
    int y = d.plus(d.times(half, d.plus(one, t)), d.times(d.times(half, x), dt));
    d.store(d.times(g, y));
    return d.kernel();
  }

  /// `softmax(x * scale)` over the inner axis.
  static Kernel softmax(int variant) {
    Draft d = new Draft(1, 0, true);
    int x = d.times(d.load(), d.constant(0.125 + variant));
    int m = d.reduce(ReduceKind.MAX, x);
    int e = d.unary(UnaryKind.EXP, d.minus(x, m));
    int s = d.reduce(ReduceKind.SUM, e);
    d.store(d.over(e, s));
    return d.kernel();
  }

  /// `g * softmax` backwards: `y * (g - sum(g * y))`.
  static Kernel softmaxGradient(int variant) {
    Draft d = new Draft(1, 0, true);
    int y = d.load();
    int g = d.load();
    int s = d.reduce(ReduceKind.SUM, d.times(g, y));
    d.store(d.times(d.times(y, d.minus(g, s)), d.constant(0.125 + variant)));
    return d.kernel();
  }

  /// Layer norm with weight and bias, storing mean and reciprocal deviation too.
  static Kernel layerNorm(int variant, int n) {
    Draft d = new Draft(1, 0, true);
    int x = d.load();
    int scale = d.constant(1.0 / n);
    int mean = d.times(d.reduce(ReduceKind.SUM, x), scale);
    int c = d.minus(x, mean);
    int variance = d.times(d.reduce(ReduceKind.SUM, d.times(c, c)), scale);
    int r = d.unary(UnaryKind.RSQRT, d.plus(variance, d.constant(1e-5 * (1 + variant))));
    int y = d.plus(d.times(d.times(c, r), d.load()), d.load());
    d.store(mean, Inner.ZERO, Level.KEPT);
    d.store(r, Inner.ZERO, Level.KEPT);
    d.store(y);
    return d.kernel();
  }

  /// The gradient of layer norm for its input.
  static Kernel layerNormGradient(int variant, int n) {
    Draft d = new Draft(1, 0, true);
    int x = d.load();
    int g = d.times(d.load(), d.load());
    int mean = d.load(Inner.ZERO, Level.KEPT);
    int r = d.load(Inner.ZERO, Level.KEPT);
    int h = d.times(d.minus(x, mean), r);
    int scale = d.constant(1.0 / n + variant);
    int a = d.times(d.reduce(ReduceKind.SUM, g), scale);
    int b = d.times(d.reduce(ReduceKind.SUM, d.times(g, h)), scale);
    d.store(d.times(r, d.minus(d.minus(g, a), d.times(h, b))));
    return d.kernel();
  }

  /// Adam with decay: parameter, moments in place; step size and corrections are dynamic.
  static Kernel adam(int variant) {
    Draft d = new Draft(1, 0, false);
    int p = d.load();
    int g = d.load();
    int m = d.load();
    int v = d.load();
    int m1 = d.plus(d.times(m, d.constant(0.9 + variant)), d.times(g, d.constant(0.1)));
    int v1 = d.plus(d.times(v, d.constant(0.999)), d.times(d.times(g, g), d.constant(0.001)));
    int den = d.plus(d.times(d.unary(UnaryKind.SQRT, v1), d.dynamic(1)), d.constant(1e-8));
    int step = d.times(d.dynamic(0), d.over(m1, den));
    d.store(m1);
    d.store(v1);
    d.store(d.minus(d.minus(p, d.times(p, d.constant(0.01))), step));
    return d.kernel();
  }

  /// Sum over rows: the gradient of a bias.
  static Kernel biasGradient(int variant) {
    Draft d = new Draft(1, 1, false);
    int s = d.reduce(ReduceKind.SUM, d.times(d.load(), d.constant(1 + variant)));
    d.store(s, Inner.ONE, Level.KEPT);
    return d.kernel();
  }

  /// `x + bias + residual`.
  static Kernel residual(int variant) {
    Draft d = new Draft(1, 0, false);
    d.store(d.plus(d.plus(d.load(), d.load()), d.times(d.load(), d.constant(1 + variant))));
    return d.kernel();
  }

  /// A masked copy with a causal condition.
  static Kernel maskedScale(int variant) {
    Draft d = new Draft(1, 0, false);
    int x = d.load();
    int c = d.binary(BinaryKind.LT, d.load(), d.constant(0.5));
    d.store(d.where(c, d.times(x, d.constant(2 + variant)), d.constant(-1e9)));
    return d.kernel();
  }

  /// Cross-entropy's log-sum-exp per row.
  static Kernel logSumExp(int variant) {
    Draft d = new Draft(1, 0, true);
    int x = d.load();
    int m = d.reduce(ReduceKind.MAX, x);
    int s = d.reduce(ReduceKind.SUM, d.unary(UnaryKind.EXP, d.minus(x, m)));
    d.store(
        d.plus(d.unary(UnaryKind.LOG, s), d.times(m, d.constant(1 + variant))),
        Inner.ZERO,
        Level.KEPT);
    return d.kernel();
  }

  /// Dropout: the threefry bits against a threshold.
  static Kernel dropout(int variant) {
    Draft d = new Draft(1, 0, false);
    int x = d.load();
    int keep = d.unary(UnaryKind.SIGMOID, x);
    d.store(d.times(keep, d.constant(1 + variant)));
    return d.kernel();
  }

  static Map<String, Kernel> all(int variant) {
    Map<String, Kernel> all = new LinkedHashMap<>();
    all.put("gelu", gelu(variant));
    all.put("geluGradient", geluGradient(variant));
    all.put("softmax", softmax(variant));
    all.put("softmaxGradient", softmaxGradient(variant));
    all.put("layerNorm", layerNorm(variant, 128));
    all.put("layerNormGradient", layerNormGradient(variant, 128));
    all.put("adam", adam(variant));
    all.put("biasGradient", biasGradient(variant));
    all.put("residual", residual(variant));
    all.put("maskedScale", maskedScale(variant));
    all.put("logSumExp", logSumExp(variant));
    all.put("sigmoid", dropout(variant));
    return all;
  }
}
