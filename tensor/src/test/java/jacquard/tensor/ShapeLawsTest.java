package jacquard.tensor;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;

/// Laws of shapes and of the movements, on small random shapes, empty axes included.
class ShapeLawsTest {

  @Provide
  Arbitrary<Shape> shapes() {
    return Arbitraries.of(0, 1, 2, 3, 4, 5)
        .array(int[].class)
        .ofMinSize(0)
        .ofMaxSize(4)
        .map(Shape::of);
  }

  /// Sizes 1, 2 and 3 only: often enough two of them broadcast.
  @Provide
  Arbitrary<Shape> similar() {
    return Arbitraries.frequencyOf(
            Tuple.of(3, Arbitraries.just(1)),
            Tuple.of(4, Arbitraries.just(2)),
            Tuple.of(1, Arbitraries.of(0, 3)))
        .array(int[].class)
        .ofMinSize(0)
        .ofMaxSize(4)
        .map(Shape::of);
  }

  /// A shape and an order of its axes.
  record Ordered(Shape shape, List<Integer> order) {}

  @Provide
  Arbitrary<Ordered> ordered() {
    return shapes()
        .flatMap(shape ->
            Arbitraries.shuffle(IntStream.range(0, shape.rank()).boxed().toList())
                .map(order -> new Ordered(shape, order)));
  }

  private static Optional<Shape> broadcast(Optional<Shape> a, Optional<Shape> b) {
    try {
      return a.isEmpty() || b.isEmpty()
          ? Optional.empty()
          : Optional.of(Shape.broadcast("test", a.get(), b.get()));
    } catch (ShapeException e) {
      return Optional.empty();
    }
  }

  @Property(tries = 500, seed = "11")
  void broadcastCommutes(@ForAll("similar") Shape a, @ForAll("similar") Shape b) {
    assertEquals(
        broadcast(Optional.of(a), Optional.of(b)), broadcast(Optional.of(b), Optional.of(a)));
  }

  @Property(tries = 500, seed = "12")
  void broadcastAssociates(
      @ForAll("similar") Shape a, @ForAll("similar") Shape b, @ForAll("similar") Shape c) {
    Optional<Shape> x = Optional.of(a);
    Optional<Shape> y = Optional.of(b);
    Optional<Shape> z = Optional.of(c);
    assertEquals(broadcast(broadcast(x, y), z), broadcast(x, broadcast(y, z)));
  }

  @Property(tries = 200, seed = "13")
  void broadcastWithItselfOrAScalarIsTheShape(@ForAll("shapes") Shape shape) {
    assertEquals(shape, Shape.broadcast("test", shape, shape));
    assertEquals(shape, Shape.broadcast("test", shape, Shape.scalar()));
    assertEquals(
        shape, Shape.broadcast("test", Shape.of(Ints.filled(shape.rank(), 1).toArray()), shape));
  }

  @Property(tries = 200, seed = "14")
  void stridesAddUpToTheLastElement(@ForAll("shapes") Shape shape) {
    Assume.that(!shape.isEmpty());
    long last = 0;
    for (int axis = 0; axis < shape.rank(); axis++) {
      last += (long) (shape.dim(axis) - 1) * shape.strides().get(axis);
    }
    assertEquals(shape.size() - 1, last);
  }

  @Property(tries = 200, seed = "15")
  void negativeAxesCountFromTheLast(@ForAll("shapes") Shape shape) {
    for (int axis = 0; axis < shape.rank(); axis++) {
      assertEquals(shape.dim(axis), shape.dim(axis - shape.rank()));
    }
    assertThrows(ShapeException.class, () -> shape.dim(shape.rank()));
    assertThrows(ShapeException.class, () -> shape.dim(-shape.rank() - 1));
  }

  @Property(tries = 200, seed = "16")
  void permuteByTheInverseOrderRestores(@ForAll("ordered") Ordered drawn) {
    int[] order = drawn.order.stream().mapToInt(Integer::intValue).toArray();
    int[] inverse = new int[order.length];
    for (int i = 0; i < order.length; i++) {
      inverse[order[i]] = i;
    }
    Tensor x = counted(drawn.shape);
    assertSame(x, x.permute(order).permute(inverse));
  }

  @Property(tries = 200, seed = "17")
  void permutesCompose(@ForAll("ordered") Ordered drawn, @ForAll Random random) {
    int rank = drawn.shape.rank();
    int[] p = drawn.order.stream().mapToInt(Integer::intValue).toArray();
    List<Integer> shuffled = new ArrayList<>(drawn.order);
    Collections.shuffle(shuffled, random);
    int[] q = shuffled.stream().mapToInt(Integer::intValue).toArray();
    int[] both = new int[rank];
    Arrays.setAll(both, i -> p[q[i]]);
    Tensor x = counted(drawn.shape);
    assertSame(x.permute(both), x.permute(p).permute(q));
  }

  @Property(tries = 200, seed = "18")
  void reshapeThereAndBackRestores(@ForAll("shapes") Shape shape) {
    Tensor x = counted(shape);
    Tensor flat = x.reshape(Shape.of((int) shape.size()));
    assertSame(x, flat.reshape(shape));
    assertArrayEquals(x.toDoubleArray(), flat.toDoubleArray());
  }

  @Property(tries = 200, seed = "19")
  void flipTwiceRestores(@ForAll("ordered") Ordered drawn, @ForAll @IntRange(max = 4) int count) {
    Tensor x = counted(drawn.shape);
    int[] axes = drawn.order.stream().limit(count).mapToInt(Integer::intValue).toArray();
    assertSame(x, x.flip(axes).flip(axes));
  }

  @Property(tries = 200, seed = "20")
  void slicesOfAConcatAreItsParts(
      @ForAll("shapes") Shape shape,
      @ForAll @IntRange(max = 3) int axis,
      @ForAll @IntRange(max = 3) int first,
      @ForAll @IntRange(max = 3) int second) {
    Assume.that(axis < shape.rank());
    Tensor a = counted(shape.withDim(axis, first));
    Tensor b = counted(shape.withDim(axis, second)).add(100);
    Tensor both = Movement.concat(axis, List.of(a, b));
    assertEquals(shape.withDim(axis, first + second), both.shape());
    assertSame(a, both.slice(axis, 0, first));
    assertSame(b, both.slice(axis, first, first + second));
  }

  /// Sizes before, after and between the elements of each axis.
  record Padding(Shape shape, Ints before, Ints after, Ints interior) {}

  @Provide
  Arbitrary<Padding> paddings() {
    return shapes()
        .flatMap(shape -> {
          Arbitrary<Ints> sizes =
              Arbitraries.integers()
                  .between(0, 3)
                  .array(int[].class)
                  .ofSize(shape.rank())
                  .map(Ints::of);
          return Combinators.combine(sizes, sizes, sizes)
              .as((before, after, interior) -> new Padding(shape, before, after, interior));
        });
  }

  @Property(tries = 200, seed = "21")
  void sliceOfAPadRestores(@ForAll("paddings") Padding p) {
    Tensor x = counted(p.shape);
    Tensor padded = x.pad(p.before, p.after, p.interior, -1);
    Ints stop =
        p.before.map((a, n) -> {
          int dim = p.shape.dim(a);
          return n + dim + Math.max(0, dim - 1) * p.interior.get(a);
        });
    assertSame(x, padded.slice(p.before, stop, p.interior.map((a, n) -> n + 1)));
    // everything else is padding
    double sum = Arrays.stream(padded.toDoubleArray()).sum();
    double inner = Arrays.stream(x.toDoubleArray()).sum();
    assertEquals(inner - (padded.size() - x.size()), sum, 0);
  }

  @Property(tries = 200, seed = "22")
  void slicesCompose(
      @ForAll @IntRange(max = 30) int n,
      @ForAll @IntRange(max = 10) int start,
      @ForAll @IntRange(min = 1, max = 4) int step,
      @ForAll @IntRange(max = 5) int innerStart,
      @ForAll @IntRange(min = 1, max = 3) int innerStep) {
    Assume.that(start <= n);
    Tensor x = counted(Shape.of(n));
    Tensor outer = x.slice(0, start, n, step);
    Assume.that(innerStart <= outer.dim(0));
    Tensor inner = outer.slice(0, innerStart, outer.dim(0), innerStep);
    int from = Math.min(n, start + innerStart * step);
    assertSame(x.slice(0, from, n, step * innerStep), inner);
  }

  @Property(tries = 200, seed = "23")
  void sumOfAnExpandIsAMultiple(@ForAll("shapes") Shape shape, @ForAll @IntRange(max = 5) int n) {
    Tensor x = counted(shape);
    int[] dims = new int[shape.rank() + 1];
    System.arraycopy(shape.toArray(), 0, dims, 1, shape.rank());
    dims[0] = n;
    assertSame(x.mul(n), x.expand(Shape.of(dims)).sum(0));
  }

  @Property(tries = 200, seed = "24")
  void transposeOfAProductIsTheProductOfTransposes(
      @ForAll @IntRange(max = 4) int m,
      @ForAll @IntRange(max = 4) int k,
      @ForAll @IntRange(max = 4) int n) {
    Tensor a = counted(Shape.of(m, k));
    Tensor b = counted(Shape.of(k, n)).add(1);
    assertSame(a.matmul(b).t(), b.t().matmul(a.t()));
  }

  @Property(tries = 200, seed = "25")
  void sumsOverAxesOneByOneAreTheSumOverAll(@ForAll("ordered") Ordered drawn) {
    Tensor x = counted(drawn.shape);
    Tensor one = x;
    for (int axis : drawn.order) {
      one = one.sumKeepDims(axis);
    }
    assertSame(x.sumKeepDims(), one);
  }

  @Property(tries = 200, seed = "26")
  void gatherByIotaIsTheTensor(@ForAll("shapes") Shape shape) {
    Assume.that(shape.rank() > 0);
    Tensor x = counted(shape);
    assertSame(x, x.gather(Tensor.iota(shape.dim(0), DType.I32, Device.REFERENCE)));
  }

  @Property(tries = 200, seed = "27")
  void scatterAddOfAGatherCountsTheIndices(
      @ForAll @IntRange(min = 1, max = 5) int rows, @ForAll Random random) {
    Tensor x = counted(Shape.of(rows, 2)).add(1);
    int[] index = random.ints(7, 0, rows).toArray();
    Tensor i = Tensor.stored(DType.I32, index, Shape.of(7), Device.REFERENCE);
    double[] expected = x.toDoubleArray().clone();
    for (int row : index) {
      expected[2 * row] += 2.0 * row + 1;
      expected[2 * row + 1] += 2.0 * row + 2;
    }
    assertArrayEquals(expected, x.scatterAdd(i, x.gather(i)).toDoubleArray());
  }

  /// `0, 1, 2, ...` in row-major order.
  private static Tensor counted(Shape shape) {
    double[] elements = new double[shape.arraySize()];
    Arrays.setAll(elements, i -> i);
    return Tensor.stored(DType.F64, elements, shape, Device.REFERENCE);
  }

  private static void assertSame(Tensor expected, Tensor actual) {
    assertEquals(expected.shape(), actual.shape());
    assertArrayEquals(expected.toDoubleArray(), actual.toDoubleArray());
  }
}
