package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;

/// What a kernel needs: without it, the kernel computes something else, or is refused.
///
/// @param trouble a part of what is said then, or several with `|` between
/// @param changes texts, each followed by what stands there instead
record Lack(String name, String trouble, List<String> changes) {
  Lack {
    assertTrue(!trouble.isEmpty() && changes.size() % 2 == 0, name);
  }

  static Lack of(String name, String trouble, String... changes) {
    return new Lack(name, trouble, List.of(changes));
  }

  /// What a kernel that reads outside of its buffers does: what lies there may differ from process
  /// to process.
  static final String READS_OUTSIDE = ", expected |order of items";

  private boolean isSeenIn(String said) {
    return Stream.of(trouble.split("\\|")).anyMatch(said::contains);
  }

  private String changed(String program) {
    String changed = program;
    for (int i = 0; i < changes.size(); i += 2) {
      String before = changed;
      changed = before.replace(changes.get(i), changes.get(i + 1));
      assertNotEquals(before, changed, () -> name + ": there is no such text in\n" + program);
    }
    return changed;
  }

  /// Runs the kernels of an emulator as they are, and without each of these things.
  ///
  /// @param text of the program for the emulator's kernels
  /// @param wrong what is wrong with results; empty if nothing is
  static Stream<DynamicTest> tests(
      Emulator emulator,
      Path folder,
      Function<List<String>, String> text,
      Function<List<ByteBuffer>, String> wrong,
      List<Lack> lacks)
      throws IOException, InterruptedException {
    List<UnaryOperator<String>> changes = new ArrayList<>();
    changes.add(program -> program);
    lacks.forEach(lack -> changes.add(lack::changed));
    List<String> troubles = new ArrayList<>();
    for (Emulator.Outcome outcome : emulator.outcomes(folder, text, changes)) {
      String trouble = outcome.trouble();
      troubles.add(trouble.isEmpty() ? wrong.apply(outcome.results()) : trouble);
    }
    Stream<DynamicTest> nothing =
        Stream.of(DynamicTest.dynamicTest("nothing", () -> assertEquals("", troubles.getFirst())));
    return Stream.concat(
        nothing,
        IntStream.range(0, lacks.size())
            .mapToObj(i -> {
              String trouble = troubles.get(i + 1);
              return DynamicTest.dynamicTest(
                  lacks.get(i).name,
                  () -> assertTrue(lacks.get(i).isSeenIn(trouble), "trouble: " + trouble));
            }));
  }
}
