package jacquard.bench.kernels;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.KernelRow;
import jacquard.kernels.cpu.ceiling.Ceiling;
import jacquard.kernels.cpu.machine.Caches;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class FormTest {
  @Test
  void wordsNameFormsAndCeilings() {
    for (Form form :
        List.of(
            new Form.Engine(),
            new Form.Plain(),
            new Form.Native(new NativeBlas.Library(NativeBlas.Kind.MKL, "/a=b/mkl.so")))) {
      assertEquals(form, Form.ofWord(form.word()));
    }
    for (Ceiling ceiling : Ceiling.all(new Caches(1 << 15, 1 << 20, 1 << 25))) {
      assertEquals(ceiling, Ceiling.ofWord(ceiling.word()));
    }
  }

  @Test
  void copiesLieInsideAndOutsideTheCaches() {
    assertEquals(
        List.of(
            new Ceiling.Fma(),
            new Ceiling.Copy("L1", 24 << 10),
            new Ceiling.Copy("L2", 1 << 20),
            new Ceiling.Copy("L3", 4 << 20),
            new Ceiling.Copy("L3", 16 << 20),
            new Ceiling.Copy("memory", 256 << 20)),
        Ceiling.all(new Caches(48 << 10, 2 << 20, 480 << 20)));
    assertEquals(
        List.of(
            new Ceiling.Fma(),
            new Ceiling.Copy("L1", 64 << 10),
            new Ceiling.Copy("L2", 6 << 20),
            new Ceiling.Copy("memory", 96 << 20)),
        Ceiling.all(new Caches(128 << 10, 12 << 20, 0)));
  }

  @Test
  void ceilingsRun() {
    for (Ceiling ceiling : List.of(new Ceiling.Copy("L1", 1), new Ceiling.Copy("L1", 20_000))) {
      ceiling.body().run();
      assertTrue(ceiling.work(512) >= 1 << 21);
    }
    // 50,000 rounds of 26 multiply-adds in 4 lanes
    assertEquals(10.4e6, new Ceiling.Fma().work(128));
  }

  @ParameterizedTest
  @EnumSource(NativeBlas.Kind.class)
  void aLibraryThatIsInstalledComputesWhatTheEngineComputes(NativeBlas.Kind kind) {
    Optional<NativeBlas.Library> library = NativeBlas.find(kind, null);
    if (library.isEmpty()) {
      System.err.println("SKIPPED: " + NativeBlas.missing(kind));
    }
    assumeTrue(library.isPresent(), () -> NativeBlas.missing(kind));
    for (String name :
        List.of(
            "gemm-w1-head-nt-768x65x128",
            "gemm-w1-head-nn-768x128x65",
            "gemm-w1-head-tn-65x128x768",
            "gemm-w1-scores-nt-48x64x64x32")) {
      KernelRow row = Selection.named(name);
      Body engine = row.engine().get();
      Body blas = new Form.Native(library.get()).of(row).orElseThrow().get();
      engine.run();
      blas.run();
      assertArrayEquals(engine.result(), blas.result(), 1e-3f, name);
    }
  }

  @Test
  void whatIsNoSuchLibraryIsToldInOneLine(@TempDir Path temp) {
    String path = temp.resolve("libmkl_rt.so").toString();
    IllegalArgumentException e =
        assertThrows(
            IllegalArgumentException.class, () -> NativeBlas.find(NativeBlas.Kind.MKL, path));
    assertTrue(e.getMessage().startsWith("--peer-library: " + path), e::getMessage);
    assertEquals(1, NativeBlas.missing(NativeBlas.Kind.MKL).lines().count());
  }

  @Test
  void rowsWithoutAProductHaveNoLibrary() {
    Form blas = new Form.Native(new NativeBlas.Library(NativeBlas.Kind.MKL, "none"));
    assertEquals(Optional.empty(), blas.of(Selection.named("gelu-1M-fwd")));
  }

  /// A step updates parameters and two moments of each; its plan is made once, of so many tasks.
  @ParameterizedTest
  @CsvSource({"w1-build, 84", "w1-lookup, 1", "w1-plan, 129"})
  void theHostsWorkRuns(String name, float result) {
    Body body = Selection.named(name).engine().get();
    body.run();
    body.run();
    assertEquals(result, body.result()[0]);
  }

  @Test
  void settlingEndsAndCallsAtLeastOnce() {
    int[] calls = {0};
    Settling.of(() -> calls[0]++, 0);
    assertEquals(1, calls[0]);
  }
}
