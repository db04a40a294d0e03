package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.graph.Node;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// An operation that tensor cores do, on numbers that make its result exact.
///
/// @param result its sources are stored
record ExactCase(String name, Node result) {

  /// Compiles the kernels of all cases with `nvcc`, and looks for tensor cores and spills.
  static void compileWithoutSpills(List<ExactCase> cases, int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (ExactCase c : cases) {
      var root = new Backend.Root(c.result, null);
      texts.putAll(CompiledKernel.textsOf(List.of(CompiledKernel.schedule(List.of(root)))));
    }
    int most = 0;
    for (CompiledKernel kernel : CompiledKernel.of(texts, architecture)) {
      boolean product = kernel.name().startsWith("product");
      assertEquals(product, kernel.text().contains("mma_"), kernel::name);
      assertEquals(0, kernel.spilledBytes(), kernel::toString);
      // two groups of 256 items in the 65536 registers of a multiprocessor; one of f32, where
      // elements that are read one by one take addresses
      boolean narrow = !kernel.text().contains("mma_tf32");
      assertTrue(kernel.registers() <= (narrow ? 128 : 192), kernel::toString);
      most = Math.max(most, kernel.registers());
    }
    System.out.printf(
        "sm_%d: %d kernels, at most %d registers%n", architecture, texts.size(), most);
  }

  /// An emulator with the kernels of all cases.
  ///
  /// @param instruction that the first kernel of each has
  static Emulator emulator(
      List<ExactCase> cases, Dialect dialect, Tiles tiles, String instruction) {
    Emulator emulator = new Emulator(dialect, tiles);
    for (ExactCase c : cases) {
      emulator.add(
          c.result,
          plan -> {
            assertEquals(1, plan.schedule().tasks().size(), c.name);
            String first = plan.listing().kernels().values().iterator().next();
            assertTrue(first.contains(instruction), c.name);
            return true;
          });
    }
    return emulator;
  }

  static Emulator emulator(List<ExactCase> cases) {
    return emulator(cases, Dialect.CUDA, Tiles.USUAL, "mma_");
  }

  /// The program of kernels that take no other functions than those of tiles.
  static String program(List<String> kernels) {
    return Dialect.sharedTiles() + String.join("\n", kernels);
  }

  /// Runs the kernels of all cases on the processor, in both orders of items, and compares with the
  /// reference.
  static void compareWithReference(List<ExactCase> cases, Path folder)
      throws IOException, InterruptedException {
    assertEquals("", wrong(cases, emulator(cases).run(folder, ExactCase::program)));
  }

  /// What is wrong with these results; empty if nothing is.
  static String wrong(List<ExactCase> cases, List<ByteBuffer> results) {
    for (int p = 0; p < cases.size(); p++) {
      ExactCase c = cases.get(p);
      double[] expected = Evaluator.evaluate(List.of(c.result)).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        float found = results.get(p).getFloat(4 * i);
        if (found != expected[i]) {
          return "%s at %d: %f, expected %f".formatted(c.name, i, found, expected[i]);
        }
      }
    }
    return "";
  }
}
