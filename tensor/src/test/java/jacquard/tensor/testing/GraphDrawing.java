package jacquard.tensor.testing;

import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.Traversal;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Draws the operations of a [RandomGraph], one after another, over values drawn before.
final class GraphDrawing {
  private final GraphPool pool;
  private final ElementDraws elements;
  private final MovementDraws movements;
  private final AxisDraws axes;

  GraphDrawing(long seed, Device device) {
    this.pool = new GraphPool(seed, device);
    this.elements = new ElementDraws(pool);
    this.movements = new MovementDraws(pool);
    this.axes = new AxisDraws(pool);
  }

  List<RandomGraph.Output> draw(int steps) {
    List<Supplier<@Nullable Tracked>> kinds = kinds();
    for (int i = 0; i < steps; ) {
      Tracked drawn = kinds.get(pool.random.nextInt(kinds.size())).get();
      if (drawn != null && drawn.tame() && drawn.tensor().size() <= GraphPool.LARGEST) {
        pool.add(drawn);
        i++;
      }
    }
    Set<Node> read = Collections.newSetFromMap(new IdentityHashMap<>());
    for (Node node :
        Traversal.sourcesFirst(
            pool.values().stream().map(Tracked::tensor).map(Tensor::node).toList())) {
      read.addAll(node.sources());
    }
    List<RandomGraph.Output> outputs = new ArrayList<>();
    for (int i = 0; i < pool.values().size(); i++) {
      Tracked value = pool.values().get(i);
      Node node = value.tensor().node();
      boolean computed = !(node.op() instanceof Op.Leaf);
      // values that are read and are outputs too: the planner must keep them
      if (computed && (!read.contains(node) || i % 5 == 4)) {
        outputs.add(new RandomGraph.Output(value.tensor(), value.tolerance()));
      }
    }
    return outputs;
  }

  private List<Supplier<@Nullable Tracked>> kinds() {
    return List.of(
        pool::leaf,
        elements::unary,
        elements::unary,
        elements::unary,
        elements::binary,
        elements::binary,
        elements::binary,
        elements::binary,
        elements::number,
        elements::discontinuous,
        elements::comparison,
        elements::choice,
        elements::integer,
        elements::logical,
        elements::cast,
        movements::reshape,
        movements::permute,
        movements::expand,
        movements::pad,
        movements::slice,
        movements::flip,
        movements::concat,
        movements::dynamicSlice,
        movements::dynamicUpdate,
        axes::reduce,
        axes::reduce,
        axes::reduce,
        axes::order,
        axes::cumsum,
        axes::dot,
        axes::dot,
        axes::conv,
        axes::convTransposed,
        axes::gather,
        axes::scatterAdd,
        elements::noise,
        axes::softmax,
        axes::attention,
        axes::normalise,
        movements::marker);
  }
}
