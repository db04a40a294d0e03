package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.Reference;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.tensor.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFolderTest {
  @TempDir Path temp;

  private final State state = new State("w", Reference.f32(new float[2], 2));

  private List<String> names(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  private void save(CheckpointFolder checkpoints, long step) throws IOException {
    state.load(new float[] {step, -step});
    assertEquals(checkpoints.file(step), checkpoints.save(step, List.of(state), Map.of()));
  }

  @Test
  void theLastOnesAndTheBestAreKept() throws IOException {
    CheckpointFolder checkpoints = new CheckpointFolder(temp.resolve("c"), 2);
    assertEquals(List.of(), checkpoints.newestFirst());
    for (long step : new long[] {5, 10, 100, 2_000_000}) {
      save(checkpoints, step);
      if (step == 10) {
        checkpoints.markBest(10);
      }
    }
    assertEquals(
        List.of("best.safetensors", "step-000100.safetensors", "step-2000000.safetensors"),
        names(checkpoints.path()));
    assertEquals(
        List.of(checkpoints.file(2_000_000), checkpoints.file(100)), checkpoints.newestFirst());
    assertEquals(2_000_000, CheckpointFolder.step(checkpoints.newestFirst().getFirst()));
    assertHolds(checkpoints.best(), 10);
  }

  @Test
  void aBetterOneReplacesTheBest() throws IOException {
    CheckpointFolder checkpoints = new CheckpointFolder(temp, 1);
    save(checkpoints, 1);
    checkpoints.markBest(1);
    save(checkpoints, 2);
    checkpoints.markBest(2);
    assertHolds(checkpoints.best(), 2);
    save(checkpoints, 3);
    assertHolds(checkpoints.best(), 2);
    assertThrows(FormatException.class, () -> checkpoints.markBest(4));
    assertHolds(checkpoints.best(), 2);
    assertEquals(List.of("best.safetensors", "step-000003.safetensors"), names(temp));
  }

  @Test
  void laterOnesOfARunThatWasSetBackStay() throws IOException {
    CheckpointFolder checkpoints = new CheckpointFolder(temp, 1);
    save(checkpoints, 9);
    save(checkpoints, 3);
    save(checkpoints, 4);
    assertEquals(List.of("step-000004.safetensors", "step-000009.safetensors"), names(temp));
  }

  @Test
  void otherFilesAreNeitherListedNorDeleted() throws IOException {
    CheckpointFolder checkpoints = new CheckpointFolder(temp, 1);
    Files.writeString(temp.resolve("step-1.safetensors"), "mine");
    Files.writeString(temp.resolve("step-000001.safetensors.bak"), "mine");
    save(checkpoints, 7);
    save(checkpoints, 8);
    assertEquals(3, names(temp).size());
    assertEquals(List.of(checkpoints.file(8)), checkpoints.newestFirst());
  }

  @Test
  void whatCannotBeWrittenLeavesTheOldOnes() throws IOException {
    CheckpointFolder checkpoints = new CheckpointFolder(temp.resolve("c"), 1);
    save(checkpoints, 1);
    byte[] before = Files.readAllBytes(checkpoints.file(1));
    Files.createDirectory(checkpoints.file(2));
    FormatException e = assertThrows(FormatException.class, () -> save(checkpoints, 2));
    assertTrue(e.getMessage().contains("is a folder, expected a file"), e.getMessage());
    assertArrayEquals(before, Files.readAllBytes(checkpoints.file(1)));

    Path file = Files.writeString(temp.resolve("file"), "in place of the folder");
    e = assertThrows(FormatException.class, () -> save(new CheckpointFolder(file, 1), 3));
    assertTrue(
        e.getMessage().startsWith("checkpoints: " + file + ": exists already"), e.getMessage());
  }

  @Test
  void keepingNoneIsRefused() {
    assertThrows(IllegalArgumentException.class, () -> new CheckpointFolder(temp, 0));
  }

  @Test
  void whatKilledWritersLeftIsSwept() throws IOException {
    // A process may get the number of one that was killed: in a container all are number 1.
    long own = ProcessHandle.current().pid();
    Path left = Files.createFile(temp.resolve(".step-000200.safetensors." + own + "-3.tmp"));
    Path note = Files.createFile(temp.resolve(".note.tmp"));
    // The parent, the build that started this test, runs for longer than it.
    long other = ProcessHandle.current().parent().orElseThrow().pid();
    Path written = Files.createFile(temp.resolve(".step-000200.txt." + other + "-3.tmp"));
    Path dead = Files.createFile(temp.resolve(".loss.png." + 99_999_999_999L + "-3.tmp"));
    AtomicFile.sweep(temp);
    assertTrue(Files.notExists(left));
    assertTrue(Files.notExists(dead));
    assertTrue(Files.exists(written), "its writer runs");
    assertTrue(Files.exists(note), "no writer's name");
  }

  private static void assertHolds(Path path, float expected) throws IOException {
    State read = new State("w", Reference.f32(new float[2], 2));
    try (CheckpointFile checkpoint = CheckpointFile.open(path)) {
      checkpoint.restore(List.of(read));
      assertEquals((long) expected, checkpoint.step());
    }
    assertArrayEquals(new float[] {expected, -expected}, read.value().toFloatArray());
  }
}
