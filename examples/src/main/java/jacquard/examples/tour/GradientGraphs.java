package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.autograd.GradientCheck;
import jacquard.autograd.Gradients;
import jacquard.tensor.DType;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.GraphPrinter;
import jacquard.tensor.graph.Node;
import java.util.List;
import java.util.Locale;

/// Chapter 2: the gradient of a graph is more graph.
public final class GradientGraphs {
  private GradientGraphs() {}

  static void main(String[] args) {
    section("one rule");
    Tensor x = Tensor.of(new float[] {0.5f, -1, 2}, 3);
    Tensor y = x.tanh().sum();
    added(y, Gradients.of(y, x));

    section("gradient");
    SoftmaxStep step = new SoftmaxStep();
    Tensor loss = step.loss();
    added(loss, Gradients.of(loss, step.b.value()));

    section("by differences");
    // what a change of b[2] by 2h does to the loss, in f64 and without any rule
    Tensor b = SoftmaxStep.wave(8).cast(DType.F64);
    Tensor z = SoftmaxStep.wave(4, 8).cast(DType.F64);
    Tensor target = SoftmaxStep.wave(4, 8).neg().softmax(-1).cast(DType.F64);
    double h = 1e-4;
    Tensor e = Tensor.iota(8, DType.I32, b.device()).eq(2).cast(DType.F64).mul(h);
    double difference = loss(z, b.add(e), target).sub(loss(z, b.sub(e), target)).item() / (2 * h);
    double gradient = Gradients.of(loss(z, b, target), b).toDoubleArray()[2];
    System.out.println(String.format(Locale.ROOT, "gradient   %.8f", gradient));
    System.out.println(String.format(Locale.ROOT, "difference %.8f", difference));

    section("checked");
    GradientCheck.Report report = GradientCheck.check(t -> loss(t[0], t[1], target), z, b);
    System.out.println(report.checked() + " derivatives compared, to second order");
    System.out.println("within " + report.tolerance() + ": " + report.passed());

    section("curvature");
    Tensor slope = Gradients.of(loss(z, b, target), b);
    Tensor direction = Tensor.ones(DType.F64, 8);
    // the loss does not change when all of b grows: neither does its slope
    double along = Gradients.of(slope.mul(direction).sum(), b).abs().max().item();
    double across = Gradients.of(slope.mul(e).sum(), b).abs().max().item();
    System.out.println("along (1, ..., 1): " + (along < 1e-12 ? "0" : "not 0"));
    System.out.println("along axis 2:      " + (across < 1e-12 ? "0" : "not 0"));
  }

  private static Tensor loss(Tensor z, Tensor b, Tensor target) {
    return z.add(b).softmax(-1).sub(target).square().mean();
  }

  /// The nodes that a gradient adds to those of the loss.
  private static void added(Tensor loss, Tensor gradient) {
    Node forward = loss.node();
    String listing = GraphPrinter.listing(List.of(forward, gradient.node()));
    int done = GraphPrinter.listing(List.of(forward)).split("\n").length - 1;
    listing.lines().skip(done).forEach(System.out::println);
  }
}
