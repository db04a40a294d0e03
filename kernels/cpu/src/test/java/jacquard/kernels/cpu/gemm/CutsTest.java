package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.Caches;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The autotuner of products: what it chooses from given times, what it keeps, and that nothing of
/// it changes a bit.
class CutsTest {
  private static final Caches CACHES = new Caches(32 << 10, 512 << 10, 16 << 20);
  private static final Cut START = new Cut(true, 256, 128, true, false);

  @TempDir Path folder;

  /// Follows a trial to its end, where each cut takes as long as `nanos` says.
  private static Cut settle(CutTrial trial, ToLongFunction<Cut> nanos) {
    for (int call = 0; !trial.isSettled(); call++) {
      assertTrue(call < 2000, "a trial ends");
      trial.took(nanos.applyAsLong(trial.cut()) + call % 3);
    }
    return trial.best();
  }

  private static CutTrial trial() {
    return CutTrial.start(START, (cut, than) -> !cut.equals(than));
  }

  @Test
  void theFastestValueOfEachChoiceWins() {
    Cut best = new Cut(false, 192, 32, false, true);
    ToLongFunction<Cut> nanos =
        cut ->
            1000
                + (cut.inPlace() ? 100 : 0)
                + 2 * Math.abs(cut.longestK() - 192)
                + Math.abs(cut.blockRows() - 32)
                + (cut.byBlocks() ? 100 : 0)
                + (cut.rowsApart() ? 0 : 100);
    assertEquals(best, settle(trial(), nanos));
  }

  @Test
  void aGainOfTwoPercentIsNoReasonToLeaveTheModel() {
    assertEquals(START, settle(trial(), cut -> cut.equals(START) ? 10_000 : 9_800));
  }

  @Test
  void oneSlowCallOfAFasterCutDoesNotDecide() {
    int[] calls = {0};
    ToLongFunction<Cut> nanos =
        cut -> cut.inPlace() ? 10_000 : ++calls[0] % 4 == 3 ? 90_000 : 8_000;
    assertFalse(settle(trial(), nanos).inPlace());
  }

  /// As with four layers, of which every other one takes twice as long.
  @Test
  void eachCutMeetsEveryLayer() {
    int[] calls = {0};
    assertEquals(START, settle(trial(), cut -> calls[0]++ % 2 == 0 ? 20_000 : 10_000));
  }

  @Test
  void cutsWhoseKernelsAreNotCompiledArePassedOver() {
    CutTrial trial = trial();
    int calls = 0;
    while (!trial.isSettled()) {
      assertTrue(++calls < 20_000, "a trial ends");
      if (trial.cut().inPlace()) {
        trial.took(1000);
      } else {
        trial.wasNotReady();
      }
    }
    assertTrue(trial.best().inPlace());
  }

  @Test
  void theFileKeepsCutsByMachineAndProduct() {
    Path file = folder.resolve("cuts.txt");
    Cut other = START.withLongestK(384);
    new CutFile(file, "one").store("f32 2x3x4", START);
    new CutFile(file, "two").store("f32 2x3x4", other);
    new CutFile(file, "one").store("f32 5x6x7", other);
    assertEquals(Map.of("f32 2x3x4", START, "f32 5x6x7", other), new CutFile(file, "one").load());
    assertEquals(Map.of("f32 2x3x4", other), new CutFile(file, "two").load());
  }

  @Test
  void whatIsNoCutIsIgnored() throws IOException {
    for (String text : List.of("", "true 0 128 true false", "true 256 128 true", "yes 1 1 no no")) {
      assertEquals(Optional.empty(), Cut.parse(text), text);
    }
    assertEquals(Optional.of(START), Cut.parse(START.text()));
    Path file = folder.resolve("cuts.txt");
    Files.write(file, new byte[] {(byte) 0xff, 0, '\n', '='});
    CutFile cuts = new CutFile(file, "one");
    assertEquals(Map.of(), cuts.load());
    cuts.store("f32 2x3x4", START);
    assertEquals(Map.of("f32 2x3x4", START), cuts.load());
  }

  @Test
  void aFileThatCannotBeWrittenIsNoError() throws IOException {
    Path notAFolder = Files.createFile(folder.resolve("file"));
    CutFile cuts = new CutFile(notAFolder.resolve("cuts.txt"), "one");
    cuts.store("f32 2x3x4", START);
    assertEquals(Map.of(), cuts.load());
  }

  /// Every cut that is tried gives the bits of the model's.
  @Test
  void tuningChangesNoBitAndIsRemembered() throws IOException {
    List<GemmShape> shapes =
        List.of(
            GemmShape.nn(100, 130, 600),
            GemmShape.nt(97, 70, 300),
            GemmShape.tn(128, 96, 200),
            GemmShape.tt(65, 129, 260),
            GemmShape.nn(40, 48, 64).withBatch(Batch.of(9, 40 * 64, 64 * 48, 40 * 48)));
    Path file = folder.resolve("cuts.txt");
    try (WorkerPool pool = new WorkerPool(2)) {
      KernelTable kernels = new KernelTable(VectorWidth.preferred(), false);
      Gemm model = new Gemm(pool, kernels, CACHES);
      Gemm tuned = new Gemm(pool, kernels, CACHES, file);
      assertTrue(tuned.warm(Element.F32, Duration.ofMinutes(2)));
      for (GemmShape shape : shapes) {
        GemmCase data = new GemmCase(shape, 5);
        for (boolean accumulate : new boolean[] {false, true}) {
          float[] expected = data.runF32(model, accumulate);
          int before = lines(file);
          for (int call = 0; lines(file) == before; call++) {
            assertTrue(call < 2000, "settled: " + shape);
            assertArrayEquals(expected, data.runF32(tuned, accumulate), shape.toString());
          }
        }
      }
      String found = Files.readString(file);
      Gemm again = new Gemm(pool, kernels, CACHES, file);
      for (GemmShape shape : shapes) {
        GemmCase data = new GemmCase(shape, 5);
        assertArrayEquals(data.runF32(model, false), data.runF32(again, false));
      }
      assertEquals(found, Files.readString(file));
    }
  }

  private static int lines(Path file) throws IOException {
    return Files.exists(file) ? Files.readAllLines(file).size() : 0;
  }
}
