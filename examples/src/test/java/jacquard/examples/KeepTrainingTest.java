package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.train.CheckpointFolder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeepTrainingTest {
  @TempDir Path temp;

  @Test
  void threeStartsAreOne() throws IOException {
    List<Double> parts = new ArrayList<>();
    for (int part = 0; part < 3; part++) {
      parts.addAll(KeepTraining.train(new CheckpointFolder(temp.resolve("parts"), 1), 20));
    }
    List<Double> whole = KeepTraining.train(new CheckpointFolder(temp.resolve("whole"), 1), 60);
    assertEquals(whole, parts);
    assertTrue(whole.getLast() < whole.getFirst(), whole::toString);
  }
}
