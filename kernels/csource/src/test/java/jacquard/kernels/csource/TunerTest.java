package jacquard.kernels.csource;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.MemoryPlan;
import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.tensor.DType;
import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What a tuner remembers where a device refuses some tiles.
class TunerTest {
  private static final int USUAL = 128;
  private static final List<Integer> OPTIONS = List.of(USUAL, 64, 32);
  private static final String CACHE = "jacquard.cacheDir";

  @TempDir Path folder;

  @BeforeEach
  void keepApart() {
    System.setProperty(CACHE, folder.toString());
  }

  @AfterEach
  void forget() {
    System.clearProperty(CACHE);
  }

  /// A device that can't make, or can't run, what has some tiles.
  private static final class Refusing implements Tuner.Trial {
    private final Set<Integer> unmade;
    private final Set<Integer> unrun;
    private final List<Integer> asked = new ArrayList<>();
    private boolean full;

    Refusing(Set<Integer> unmade, Set<Integer> unrun) {
      this.unmade = unmade;
      this.unrun = unrun;
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
      refuse(full, "no memory");
      return HostBuffer.allocate(dtype, size);
    }

    @Override
    public Launches prepare(Schedule schedule, Tiles tiles) {
      int tile = tiles.of(choice("whatever"));
      asked.add(tile);
      refuse(unmade.contains(tile), "no compiler for " + tile);
      return new Launches() {
        @Override
        public void bind(Buffer[] externals, long[] dynamics) {
          assertEquals(2, externals.length);
        }

        @Override
        public void unbind() {
          // has nothing to forget
        }

        @Override
        public void launch(int task) {
          refuse(unrun.contains(tile), "no room for " + tile);
        }

        @Override
        public void launchAll() {
          launch(0);
        }

        @Override
        public void finish() {
          // nothing is on its way
        }

        @Override
        public void read(int value, HostBuffer copy) {
          throw new AssertionError("no value matters");
        }
      };
    }

    private static void refuse(boolean refused, String why) {
      if (refused) {
        throw new DeviceException(why);
      }
    }
  }

  private static Tiles.Choice choice(String likeness) {
    Task task = new Task.Scan(Task.Scan.Kind.CUMSUM, DType.F32, 0, 1, 1, 8, 1);
    List<Value> values =
        List.of(new Value.Arena(DType.F32, 0, 8), new Value.Arena(DType.F32, 8, 8));
    Schedule schedule =
        new Schedule(List.of(task), values, new MemoryPlan(Map.of(DType.F32, 16)), 0, 0, List.of());
    return new Tiles.Choice(schedule, task, likeness, 1e9, OPTIONS, USUAL);
  }

  private static KernelFiles files() {
    return new KernelFiles("test", ".txt", "a card");
  }

  private static Tuner tuner(Refusing trial) {
    return new Tuner(files(), true, 48 << 10, trial);
  }

  @Test
  void tilesThatAreRefusedDoNotHinderTheOthers() {
    Refusing trial = new Refusing(Set.of(USUAL), Set.of(64));
    Tuner tuner = tuner(trial);
    assertEquals(32, tuner.of(choice("sum")));
    assertEquals(32, tuner.of(choice("sum")));
    assertEquals(OPTIONS, trial.asked, "each once");
    assertEquals(List.of("v2 sum = 32"), files().loadTuning());
  }

  @Test
  void nothingIsRememberedWhereNoTileWorks() {
    assertEquals(USUAL, tuner(new Refusing(Set.copyOf(OPTIONS), Set.of())).of(choice("sum")));
    Refusing full = new Refusing(Set.of(), Set.of());
    full.full = true;
    assertEquals(USUAL, tuner(full).of(choice("sum")));
    assertEquals(List.of(), full.asked);
    assertEquals(List.of(), files().loadTuning());
  }

  @Test
  void whatOtherProcessesRememberedMeanwhileStays() {
    Refusing trial = new Refusing(Set.of(USUAL, 64), Set.of());
    Tuner first = tuner(trial);
    first.of(choice("a"));
    tuner(trial).of(choice("b"));
    first.of(choice("c"));
    assertEquals(List.of("v2 a = 32", "v2 b = 32", "v2 c = 32"), files().loadTuning());
  }
}
