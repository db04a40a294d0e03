package jacquard.autograd;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;

/// Tensors of the reference device, and what a graph is made of.
final class Graphs {
  private Graphs() {}

  static Tensor f64(double[] values, int... dims) {
    return Tensor.stored(DType.F64, values.clone(), Shape.of(dims), Device.REFERENCE);
  }

  static Tensor scalar(double value) {
    return f64(new double[] {value});
  }

  /// Values between -1 and 1.
  static Tensor random(long seed, int... dims) {
    SplittableRandom random = new SplittableRandom(seed);
    double[] values = new double[Shape.of(dims).arraySize()];
    Arrays.setAll(values, i -> random.nextDouble(-1, 1));
    return f64(values, dims);
  }

  static Tensor i32(int[] values, int... dims) {
    return Tensor.stored(DType.I32, values.clone(), Shape.of(dims), Device.REFERENCE);
  }

  /// Nodes behind `results` that are not behind `known`.
  static List<Node> added(List<Tensor> results, Tensor... known) {
    Set<Node> old = Collections.newSetFromMap(new IdentityHashMap<>());
    old.addAll(Traversal.sourcesFirst(Arrays.stream(known).map(Tensor::node).toList()));
    return Traversal.sourcesFirst(results.stream().map(Tensor::node).toList()).stream()
        .filter(node -> !old.contains(node))
        .toList();
  }

  static long count(List<Node> nodes, Class<? extends Op> op) {
    return nodes.stream().filter(node -> op.isInstance(node.op())).count();
  }

  static void assertClose(double[] expected, Tensor actual) {
    assertArrayEquals(expected, actual.toDoubleArray(), 1e-12);
  }
}
