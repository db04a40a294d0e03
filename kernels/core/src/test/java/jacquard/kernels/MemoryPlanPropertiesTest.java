package jacquard.kernels;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.MemoryPlan.Lifetime;
import jacquard.tensor.DType;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

class MemoryPlanPropertiesTest {

  private static List<Lifetime> draw(long seed, int count) {
    Random random = new Random(seed);
    DType[] dtypes = {DType.F32, DType.F64, DType.I32, DType.BOOL};
    List<Lifetime> all = new ArrayList<>();
    for (int v = 0; v < count; v++) {
      int first = random.nextInt(40);
      all.add(
          new Lifetime(
              v,
              dtypes[random.nextInt(dtypes.length)],
              random.nextInt(200),
              first,
              first + random.nextInt(12)));
    }
    return all;
  }

  @Property(tries = 300, seed = "4")
  void livingTogetherMeansApart(@ForAll long seed, @ForAll @IntRange(max = 60) int count) {
    List<Lifetime> all = draw(seed, count);
    int[] offsets = new int[count];
    MemoryPlan plan = MemoryPlan.place(all, offsets);
    for (Lifetime a : all) {
      int end = offsets[a.value()] + a.size();
      assertTrue(end <= plan.elements().getOrDefault(a.dtype(), 0));
      assertEquals(0, offsets[a.value()] * a.dtype().bytes() % MemoryPlan.ALIGNMENT_BYTES);
      for (Lifetime b : all) {
        boolean together = a.first() <= b.last() && b.first() <= a.last();
        if (a != b && a.dtype() == b.dtype() && together) {
          boolean apart =
              end <= offsets[b.value()] || offsets[b.value()] + b.size() <= offsets[a.value()];
          assertTrue(
              apart, a + " at " + offsets[a.value()] + ", " + b + " at " + offsets[b.value()]);
        }
      }
    }
  }
}
