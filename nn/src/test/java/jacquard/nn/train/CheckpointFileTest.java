package jacquard.nn.train;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.BatchNorm;
import jacquard.nn.Dropout;
import jacquard.nn.Init;
import jacquard.nn.Linear;
import jacquard.nn.Loss;
import jacquard.nn.Reduction;
import jacquard.nn.Reference;
import jacquard.nn.Sequential;
import jacquard.nn.StateDict;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.SafetensorsWriter;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.optim.Adam;
import jacquard.nn.optim.Ema;
import jacquard.nn.optim.Group;
import jacquard.nn.optim.Schedule;
import jacquard.tensor.State;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckpointFileTest {
  @TempDir Path folder;

  /// Parameters, running statistics, dropout, two moments, averages, a falling rate: everything
  /// that can be forgotten.
  private static final class Setup {
    final Sequential model;
    final TrainStep<Tensor> step;

    Setup(long seed) {
      Init init = Reference.init(seed);
      model =
          Sequential.of(
              Linear.of(init.at("a"), 3, 6),
              BatchNorm.of(init.at("norm"), 6),
              new Dropout(0.3),
              Linear.of(init.at("b"), 6, 3));
      Adam adam =
          new Adam(
              List.of(new Group(model.parameters(), Schedule.linear(0.05, 0.01, 20), 0.1)),
              Adam.Settings.ADAM_W);
      step =
          TrainStep.<Tensor>of(
                  (x, pass) -> Loss.meanSquared(model.forward(x, pass), x, Reduction.MEAN),
                  adam,
                  Reference.key(5))
              .withEma(new Ema(model.parameters(), 0.9));
    }

    List<State> states() {
      List<State> all = new ArrayList<>(model.states());
      all.addAll(step.states());
      return all;
    }

    List<Double> run(long from, long to) {
      List<Double> losses = new ArrayList<>();
      new Trainer<>(step, number -> Reference.random(number, 8, 3), from)
          .listen(result -> losses.add(result.loss().item()))
          .run(to, () -> false);
      return losses;
    }
  }

  private static void assertSame(Setup expected, Setup actual) {
    Map<String, State> others = StateDict.of(actual.states()).states();
    for (State state : expected.states()) {
      assertArrayEquals(
          Reference.values(state), Reference.values(others.get(state.name())), state.name());
    }
  }

  @Test
  void aRestoredRunGoesOnToTheLastBit() throws IOException {
    Setup straight = new Setup(3);
    List<Double> losses = straight.run(0, 12);

    Setup first = new Setup(3);
    List<Double> parts = new ArrayList<>(first.run(0, 7));
    Path path = folder.resolve("c.safetensors");
    CheckpointFile.save(path, 7, first.states(), Map.of("seed", "3"));

    Setup second = new Setup(4); // other weights, so that each must be restored
    try (CheckpointFile checkpoint = CheckpointFile.open(path)) {
      assertEquals(7, checkpoint.step());
      assertEquals("3", checkpoint.notes().get("seed"));
      checkpoint.restore(second.states());
    }
    parts.addAll(second.run(7, 12));
    assertEquals(losses, parts);
    assertSame(straight, second);
  }

  @Test
  void withoutTheMomentsTheRunWouldNotGoOn() throws IOException {
    Setup straight = new Setup(3);
    List<Double> losses = straight.run(0, 9);
    Setup first = new Setup(3);
    first.run(0, 7);
    Path path = folder.resolve("c.safetensors");
    CheckpointFile.save(path, 7, first.model.states(), Map.of());
    Setup second = new Setup(4);
    try (CheckpointFile checkpoint = CheckpointFile.open(path)) {
      checkpoint.restore(second.model.states());
      assertTrue(
          !losses.subList(7, 9).equals(second.run(7, 9)), "or the test above would show nothing");
      FormatException e =
          assertThrows(FormatException.class, () -> checkpoint.restore(second.states()));
      assertTrue(e.getMessage().contains("missing"), e.getMessage());
      assertTrue(e.getMessage().contains("adam.m.a.weight"), e.getMessage());
    }
  }

  @Test
  void aModelCanBeHadWithoutItsOptimiser() throws IOException {
    Setup first = new Setup(3);
    first.run(0, 7);
    Path path = folder.resolve("c.safetensors");
    CheckpointFile.save(path, 7, first.states(), Map.of());
    Setup second = new Setup(4);
    Path bare = folder.resolve("bare.safetensors");
    CheckpointFile.save(bare, 7, first.model.states().subList(0, 1), Map.of());
    try (CheckpointFile checkpoint = CheckpointFile.open(path);
        CheckpointFile part = CheckpointFile.open(bare)) {
      checkpoint.restorePart(second.model.states());
      for (int i = 0; i < first.model.states().size(); i++) {
        assertArrayEquals(
            first.model.states().get(i).value().toDoubleArray(),
            second.model.states().get(i).value().toDoubleArray());
      }
      assertThrows(FormatException.class, () -> part.restorePart(second.model.states()));
    }
  }

  @Test
  void equalRunsGiveEqualFiles() throws IOException {
    Set<List<Byte>> contents = new HashSet<>();
    for (int i = 0; i < 2; i++) {
      Setup setup = new Setup(3);
      setup.run(0, 3);
      Path path = folder.resolve(i + ".safetensors");
      CheckpointFile.save(path, 3, setup.states(), Map.of("b", "2", "a", "1"));
      List<Byte> bytes = new ArrayList<>();
      for (byte b : Files.readAllBytes(path)) {
        bytes.add(b);
      }
      contents.add(bytes);
    }
    assertEquals(1, contents.size());
  }

  @Test
  void otherReadersSeeASafetensorsFile() throws IOException {
    Path path = folder.resolve("c.safetensors");
    CheckpointFile.save(path, 5, List.of(state("w")), Map.of("note", "n"));
    try (Safetensors file = Safetensors.open(path)) {
      assertEquals(Set.of("w"), file.tensors().keySet());
      assertEquals("n", file.metadata().get("note"));
      assertEquals("{\"w\":\"%s\"}".formatted(crcOfTwoFloats()), file.metadata().get("crc32c"));
    }
  }

  // An independent computation: the polynomial bit by bit.
  private static String crcOfTwoFloats() {
    int crc = -1;
    for (float value : new float[] {1.5f, -2}) {
      int bits = Float.floatToIntBits(value);
      for (int i = 0; i < 4; i++) {
        crc ^= bits >>> 8 * i & 255;
        for (int bit = 0; bit < 8; bit++) {
          crc = crc >>> 1 ^ ((crc & 1) != 0 ? 0x82F63B78 : 0);
        }
      }
    }
    return "%08x".formatted(~crc);
  }

  @Test
  void foreignFilesAreRefused() throws IOException {
    Path path = folder.resolve("model.safetensors");
    StateDict.of(List.of(state("w"))).save(path, Map.of("step", "7"));
    assertRefused(path, "is a safetensors file, but no checkpoint of Jacquard");
    assertRefused(Files.writeString(path, "PK\3\4 something else"), "is it a safetensors file?");
    assertRefused(Files.write(path, new byte[0]), "has 0 bytes, expected at least 8");
    assertRefused(Files.createDirectory(folder.resolve("d")), "is a folder, expected a file");
    assertRefused(folder.resolve("none"), "no such file");
  }

  @Test
  void aNewerFormatIsRefused() throws IOException {
    Path path = folder.resolve("c.safetensors");
    SafetensorsWriter.write(
        path,
        List.of(StoredTensor.of("w", new float[1], 1)),
        Map.of("jacquard.checkpoint", "2", "step", "1"));
    assertRefused(path, "has format 2, and this Jacquard reads up to 1");
  }

  @Test
  void aMarkWithoutChecksumsIsRefused() throws IOException {
    Path path = folder.resolve("c.safetensors");
    SafetensorsWriter.write(
        path,
        List.of(StoredTensor.of("w", new float[1], 1)),
        Map.of("jacquard.checkpoint", "1", "step", "1"));
    assertRefused(path, "holds no checksums");
  }

  @Test
  void namesOfTheFormatAreNoNotes() {
    Path path = folder.resolve("c.safetensors");
    for (String name : List.of("step", "jacquard.checkpoint", "crc32c", "crc32c_header")) {
      assertThrows(
          IllegalArgumentException.class,
          () -> CheckpointFile.save(path, 1, List.of(state("w")), Map.of(name, "x")),
          name);
    }
  }

  @Test
  void notesMayLookLikeTheFormat() throws IOException {
    Path path = folder.resolve("c.safetensors");
    String odd = "\"crc32c_header\":\"00000000\" 好";
    CheckpointFile.save(path, 1, List.of(state(odd)), Map.of(odd, odd, "a", odd));
    try (CheckpointFile checkpoint = CheckpointFile.open(path)) {
      assertEquals(odd, checkpoint.notes().get(odd));
    }
  }

  private static State state(String name) {
    return new State(name, Reference.f32(new float[] {1.5f, -2}, 2));
  }

  private static void assertRefused(Path path, String expected) {
    FormatException e =
        assertThrows(FormatException.class, () -> CheckpointFile.open(path).close());
    assertTrue(e.getMessage().contains(expected), e.getMessage());
    assertTrue(e.getMessage().contains(path.toString()), e.getMessage());
    assertTrue(!e.getMessage().contains("\n"), e.getMessage());
  }
}
