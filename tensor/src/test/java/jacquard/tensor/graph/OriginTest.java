package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.Tensor;
import jacquard.tensor.testing.OnReference;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnReference.class)
class OriginTest {

  @Test
  void nothingIsRecordedUnlessAskedFor() {
    assertFalse(Origin.isRecorded());
    assertNull(Origin.of(Tensor.of(new float[] {1, 2}, 2).add(1).node()));
  }

  @Test
  void framesWithinATensorAreLeftOut() {
    Tensor y = Origin.recorded(() -> Tensor.of(new float[] {1, 2}, 2).softmax(0));
    for (Node node : Traversal.sourcesFirst(List.of(y.node()))) {
      Origin origin = origin(node);
      // this test lies in a package of the engine, where nobody is taken to write a model
      assertTrue(origin.frames().getFirst().getClassName().startsWith("org.junit."));
      assertTrue(origin.line().contains("("), origin.line());
      assertNull(origin.forward());
    }
  }

  @Test
  void partsOfAGradientKnowWhatTheyAreTheGradientOf() {
    List<Node> made = new ArrayList<>();
    Origin.recorded(() -> {
      Tensor x = Tensor.of(new float[] {1, 2}, 2);
      Tensor y = x.exp();
      made.add(y.node());
      Origin.gradientOf(y.node(), () -> made.add(x.mul(y).node()));
      made.add(x.neg().node());
      return x;
    });
    assertSame(made.get(0), origin(made.get(1)).forward());
    assertEquals(origin(made.get(0)).line(), origin(made.get(1)).line());
    assertNull(origin(made.get(2)).forward(), "the gradient is done");
  }

  @Test
  void theLibraryIsNotItsUsers() {
    assertTrue(Origin.isLibrary("jacquard.nn.Linear"));
    assertTrue(Origin.isLibrary("jacquard.autograd.Sweep"));
    assertFalse(Origin.isLibrary("jacquard.examples.HelloTensor"));
  }

  private static Origin origin(Node node) {
    Origin origin = Origin.of(node);
    assertNotNull(origin);
    return origin;
  }
}
