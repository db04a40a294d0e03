package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.autograd.Gradients;
import jacquard.kernels.Explanation;
import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.ScheduleText;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Chapter 4: where values lie, and how long.
public final class MemoryPlanning {
  private static final int ROWS = 12;

  private MemoryPlanning() {}

  static void main(String[] args) {
    section("values");
    Schedule schedule = new SoftmaxStep().schedule();
    for (int v = 0; v < schedule.values().size(); v++) {
      System.out.println("v" + v + " " + schedule.values().get(v));
    }
    System.out.println(schedule.arena() + ", " + schedule.arena().bytes() + " bytes");

    Explanation plan = deepNetwork();
    section("four layers");
    System.out.println(ScheduleText.of(plan.schedule()));

    section("lifetimes");
    long apart = 0;
    for (Explanation.Block block : plan.blocks()) {
      apart += block.bytes();
      System.out.println(
          "%c  v%-2d %5d bytes at %5d, tasks %2d to %2d"
              .formatted(
                  letter(block),
                  block.value(),
                  block.bytes(),
                  block.byteOffset(),
                  block.first(),
                  block.last()));
    }
    long arena = plan.schedule().arena().bytes();
    System.out.println("one after the other " + apart + " bytes, the arena " + arena);

    section("picture");
    picture(plan.blocks(), arena, plan.schedule().size());
  }

  /// A gradient step of four layers of 32 on 16 rows.
  private static Explanation deepNetwork() {
    Tensor x = SoftmaxStep.wave(16, 32).realise();
    Tensor y = x;
    List<State> weights = new ArrayList<>();
    for (int layer = 0; layer < 4; layer++) {
      State w = new State("w" + layer, SoftmaxStep.wave(32, 32));
      weights.add(w);
      y = y.matmul(w.value()).tanh();
    }
    Tensor loss = y.square().mean();
    List<Backend.Root> roots = new ArrayList<>(List.of(new Backend.Root(loss.node(), null)));
    Gradients.ofStates(loss, weights)
        .forEach((w, g) -> {
          Tensor next = w.value().sub(g.mul(0.1));
          roots.add(new Backend.Root(next.node(), w.buffer()));
        });
    return ((PlannedBackend) Backends.of(x.device())).explain(roots);
  }

  private static char letter(Explanation.Block block) {
    return (char) (block.value() < 26 ? 'a' + block.value() : 'A' + block.value() - 26);
  }

  /// Offsets upwards, tasks to the right, in each place the letter of the value that lies there.
  private static void picture(List<Explanation.Block> blocks, long arena, int tasks) {
    char[][] rows = new char[ROWS][tasks];
    for (char[] row : rows) {
      Arrays.fill(row, '.');
    }
    for (Explanation.Block block : blocks) {
      int low = (int) (block.byteOffset() * ROWS / arena);
      int high = (int) ((block.byteOffset() + block.bytes() - 1) * ROWS / arena);
      for (int row = low; row <= high; row++) {
        Arrays.fill(rows[row], block.first(), block.last() + 1, letter(block));
      }
    }
    for (int row = ROWS - 1; row >= 0; row--) {
      System.out.println("%6d  %s".formatted(row * arena / ROWS, new String(rows[row])));
    }
  }
}
