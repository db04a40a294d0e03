package jacquard.tensor.graph;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.tensor.DType;
import jacquard.tensor.Ints;
import jacquard.tensor.Key;
import jacquard.tensor.Scalar;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.testing.OnReference;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@ExtendWith(OnReference.class)
class GraphPrinterTest {
  private static String listing(Tensor... roots) {
    return GraphPrinter.listing(java.util.Arrays.stream(roots).map(Tensor::node).toList());
  }

  @Test
  void sourcesComeFirstAndAttributesAreShown() {
    Tensor x = Tensor.of(new float[6], 2, 3);
    assertEquals(
        """
        %0 = input(stored) f32[2, 3]
        %1 = max(axes [1]) f32[2, 1] %0
        %2 = detach f32[2, 1] %1
        %3 = expand f32[2, 3] %2
        %4 = sub f32[2, 3] %0 %3
        %5 = exp f32[2, 3] %4
        %6 = sum(axes [1]) f32[2, 1] %5
        %7 = recip f32[2, 1] %6
        %8 = expand f32[2, 3] %7
        %9 = mul f32[2, 3] %5 %8
        return %9
        """,
        listing(x.softmax(-1)));
  }

  @Test
  void equalGraphsGiveEqualTexts() {
    assertEquals(
        listing(Tensor.of(new float[4], 4).gelu()), listing(Tensor.of(new float[4], 4).gelu()));
  }

  @Test
  void leavesTellWhereTheirValueComesFrom() {
    State state = new State("blocks.0.weight", Tensor.zeros(2));
    assertEquals(
        """
        %0 = input(state blocks.0.weight) f32[2]
        %1 = input(dynamic 0.001) f32[]
        %2 = reshape f32[1] %1
        %3 = expand f32[2] %2
        %4 = mul f32[2] %0 %3
        return %4
        """,
        listing(state.value().mul(Scalar.f32(0.001))));
    assertEquals(
        "%0 = constant(true) bool[]\n%1 = constant(-2) i64[]\n%2 = constant(0.1) f64[]\n%3 = iota i32[3]\nreturn %0 %1 %2 %3\n",
        listing(
            Tensor.scalar(DType.BOOL, 1L),
            Tensor.scalar(DType.I64, -2L),
            Tensor.scalar(DType.F64, 0.1),
            Tensor.arange(3)));
  }

  @Test
  void everyAttributeIsReadable() {
    Tensor x = Tensor.zeros(1, 2, 4, 4).realise();
    assertLast("permute(order [0, 2, 3, 1]) f32[1, 4, 4, 2]", x.permute(0, 2, 3, 1));
    assertLast("slice(0:1, 0:2, 1:4:2, 0:4) f32[1, 2, 2, 4]", x.slice(2, 1, 4, 2));
    assertLast("flip(axes [3]) f32[1, 2, 4, 4]", x.flip(-1));
    assertLast("pad(before [0, 0, 0, 1], after [0, 0, 0, 2]) f32[1, 2, 4, 7]", x.pad(-1, 1, 2));
    Ints one = Ints.of(0, 0, 0, 1);
    Ints none = Ints.of(0, 0, 0, 0);
    assertLast(
        "pad(before [0, 0, 0, 0], after [0, 0, 0, 0], interior [0, 0, 0, 1], value -Infinity) f32[1, 2, 4, 7]",
        x.pad(none, none, one, Double.NEGATIVE_INFINITY));
    assertLast("cumsum(axis 1) f32[1, 2, 4, 4]", x.cumsum(1));
    assertLast("argsort(descending) i32[1, 2, 4, 4]", x.argsort(-1, true));
    assertLast("random(salt 7) i32[2]", Key.of(1).bits(jacquard.tensor.Shape.of(2), 7));
    assertLast(
        "conv(stride 2 2, padding 1 1 1 1, dilation 1 1, groups 1) f32[1, 3, 2, 2]",
        x.conv2d(Tensor.zeros(3, 2, 3, 3), 2, 1));
  }

  private static void assertLast(String expected, Tensor x) {
    String[] lines = listing(x).split("\n");
    String last = lines[lines.length - 2];
    assertEquals(expected, last.substring(last.indexOf("= ") + 2).replaceAll(" %.*", ""));
  }

  @Test
  void dotNamesNodesAndArrows() {
    Tensor x = Tensor.of(new float[2], 2);
    assertEquals(
        """
        digraph {
          node [shape=box];
          n0 [label="input(stored)\\nf32[2]"];
          n1 [label="mul\\nf32[2]", peripheries=2];
          n0 -> n1;
          n0 -> n1;
        }
        """,
        GraphPrinter.dot(List.of(x.square().node())));
  }

  @Test
  void chainsOfAnyLengthFit() {
    Tensor x = Tensor.of(new float[1], 1);
    for (int i = 0; i < 20_000; i++) {
      x = x.neg();
    }
    assertEquals(20_002, listing(x).lines().count());
  }
}
