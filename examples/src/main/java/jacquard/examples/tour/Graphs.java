package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.tensor.Tensor;
import jacquard.tensor.TensorException;
import jacquard.tensor.graph.GraphPrinter;
import java.util.List;

/// Chapter 1: an operation computes nothing, it adds a node to a graph.
public final class Graphs {
  private Graphs() {}

  static void main(String[] args) {
    section("sum of squares");
    Tensor v = Tensor.of(new float[] {1, 2, 3}, 3);
    Tensor sum = v.square().sum();
    System.out.print(GraphPrinter.listing(List.of(sum.node())));

    section("value");
    System.out.println(sum.item());
    System.out.print(GraphPrinter.listing(List.of(sum.node())));

    section("graph");
    SoftmaxStep step = new SoftmaxStep();
    System.out.print(GraphPrinter.listing(List.of(step.loss().node())));

    section("error");
    try {
      System.out.println(step.x.matmul(step.w.value()));
    } catch (TensorException e) {
      System.out.println(e.getMessage());
    }
  }
}
