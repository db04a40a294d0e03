package jacquard.kernels.csource;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Joining.Part;
import jacquard.kernels.csource.Joining.Touch;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/// Calls are joined where nothing they touch forbids it, and only there.
class JoiningTest {
  private static final int SPACES = 2;
  private static final int CELLS = 12;

  private static Touch read(int begin, int end) {
    return new Touch(0, begin, end, false);
  }

  private static Touch write(int begin, int end) {
    return new Touch(0, begin, end, true);
  }

  private static Part part(@Nullable String kernel, Touch... touches) {
    return new Part(kernel, List.of(touches));
  }

  private static void check(String expected, Part... parts) {
    assertEquals(expected, Joining.of(List.of(parts)).toString());
  }

  @Test
  void independentCallsOfAKernelAreOneLaunch() {
    check("[[0, 1, 2]]", part("k", write(0, 4)), part("k", write(4, 8)), part("k", write(8, 9)));
    check("[[0, 2], [1]]", part("k", write(0, 4)), part("l", write(4, 8)), part("k", write(8, 9)));
    check("[[0], [1]]", part(null, write(0, 4)), part(null, write(4, 8)));
  }

  @Test
  void readingTheSameIsNoReason() {
    check("[[0, 1]]", part("k", read(0, 9), write(10, 11)), part("k", read(0, 9), write(11, 12)));
  }

  @Test
  void whatIsWrittenIsReadAfterwards() {
    check("[[0], [1]]", part("k", write(0, 4)), part("k", read(3, 5), write(5, 6)));
  }

  @Test
  void memoryIsUsedAgainWhenItHasBeenRead() {
    check("[[0], [1]]", part("k", read(0, 4), write(8, 9)), part("k", write(2, 6)));
  }

  @Test
  void theLastWriteStays() {
    check("[[0], [1]]", part("k", write(0, 4)), part("k", write(0, 4)));
  }

  @Test
  void otherMemoryWithTheSameNumbersIsOther() {
    check("[[0, 1]]", part("k", write(0, 4)), part("k", new Touch(1, 0, 4, true)));
  }

  @Test
  void anotherCallBetweenThemMayForbidIt() {
    check(
        "[[0], [1], [2]]",
        part("k", write(0, 4)),
        part("l", read(0, 4), write(4, 8)),
        part("k", read(4, 8), write(8, 9)));
    check(
        "[[0], [1], [2]]",
        part("k", write(0, 4)),
        part("l", read(0, 4), write(4, 8)),
        part("k", write(4, 8)));
  }

  @Test
  void callsWaitForOthersOfTheirKind() {
    check(
        "[[1], [0, 2], [3]]",
        part("k", write(0, 4)),
        part("l", write(4, 8)),
        part("k", read(4, 8), write(8, 9)),
        part("m", read(0, 4), write(9, 10)));
  }

  @Test
  void aLaunchIsAfterAllThatAnyOfItsCallsNeeds() {
    // 3 could be with 1, if 2 were not with 0, whose result 3 reads
    check(
        "[[1], [0, 2], [3]]",
        part("k", write(0, 1)),
        part("l", read(5, 6), write(1, 2)),
        part("k", read(1, 2), write(2, 3)),
        part("l", read(0, 1), write(5, 6)));
  }

  /// Calls that write what they read, in a memory of few elements: as often as not they are in each
  /// other's way.
  private static List<Part> drawn(long seed) {
    Random random = new Random(seed);
    List<Part> parts = new ArrayList<>();
    int count = random.nextInt(2, 30);
    for (int i = 0; i < count; i++) {
      List<Touch> touches = new ArrayList<>();
      for (int t = random.nextInt(1, 4); t > 0; t--) {
        int begin = random.nextInt(CELLS);
        int end = Math.min(CELLS, begin + random.nextInt(4));
        touches.add(new Touch(random.nextInt(SPACES), begin, end, random.nextInt(3) == 0));
      }
      int kernel = random.nextInt(4);
      parts.add(new Part(kernel == 3 ? null : kernel, touches));
    }
    return parts;
  }

  private static void run(Part part, long number, long[][] memory) {
    long seen = number;
    for (Touch touch : part.touches()) {
      for (long i = touch.begin(); i < touch.end(); i++) {
        seen = 31 * seen + memory[touch.space()][(int) i];
      }
    }
    for (Touch touch : part.touches()) {
      for (long i = touch.begin(); touch.writes() && i < touch.end(); i++) {
        memory[touch.space()][(int) i] = seen * 0x9E3779B97F4A7C15L + i;
      }
    }
  }

  @Property(tries = 2000, seed = "4")
  void joinedCallsLeaveTheSameInMemory(@ForAll long seed) {
    List<Part> parts = drawn(seed);
    List<List<Integer>> launches = Joining.of(parts);
    long[][] expected = new long[SPACES][CELLS];
    for (int i = 0; i < parts.size(); i++) {
      run(parts.get(i), i, expected);
    }
    for (boolean backwards : new boolean[] {false, true}) {
      long[][] memory = new long[SPACES][CELLS];
      for (List<Integer> launch : launches) {
        List<Integer> order = new ArrayList<>(launch);
        if (backwards) {
          Collections.reverse(order);
        }
        order.forEach(i -> run(parts.get(i), i, memory));
      }
      assertArrayEquals(expected, memory, () -> parts + " as " + launches);
    }
    List<Integer> all = launches.stream().flatMap(List::stream).sorted().toList();
    assertEquals(parts.size(), all.size());
    assertEquals(parts.size(), all.stream().distinct().count());
  }

  @Property(tries = 500, seed = "5")
  void whatIsNotJoinedNeedsTheOther(@ForAll long seed) {
    List<Part> parts = drawn(seed);
    List<List<Integer>> launches = Joining.of(parts);
    int count = launches.size();
    boolean[][] needs = new boolean[count][count];
    for (int l = 0; l < count; l++) {
      for (int k = 0; k < l; k++) {
        needs[l][k] = excludes(parts, launches.get(l), launches.get(k));
      }
      for (int k = l - 1; k >= 0; k--) {
        for (int j = 0; j < k && needs[l][k]; j++) {
          needs[l][j] |= needs[k][j];
        }
      }
    }
    for (int l = 0; l < count; l++) {
      Object kernel = parts.get(launches.get(l).getFirst()).kernel();
      for (int k = 0; k < l; k++) {
        boolean alike = kernel != null && kernel == parts.get(launches.get(k).getFirst()).kernel();
        assertTrue(!alike || needs[l][k], parts + " as " + launches);
      }
    }
  }

  private static boolean excludes(List<Part> parts, List<Integer> these, List<Integer> those) {
    return these.stream()
        .flatMap(i -> parts.get(i).touches().stream())
        .anyMatch(a ->
            those.stream().flatMap(i -> parts.get(i).touches().stream()).anyMatch(a::excludes));
  }
}
