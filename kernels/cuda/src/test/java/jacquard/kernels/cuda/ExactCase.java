package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.tensor.graph.Node;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

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

  /// Runs the kernels of all cases on the processor, in both orders of items, and compares with the
  /// reference.
  static void compareWithReference(List<ExactCase> cases, Path folder)
      throws IOException, InterruptedException {
    assertEquals("", trouble(cases, folder, text -> text));
  }

  /// What is wrong with the results of kernels whose text was changed; empty if nothing is.
  static String trouble(List<ExactCase> cases, Path folder, UnaryOperator<String> changed)
      throws IOException, InterruptedException {
    Emulator emulator = new Emulator(Dialect.CUDA);
    for (ExactCase c : cases) {
      emulator.add(
          c.result,
          plan -> {
            assertEquals(1, plan.schedule().tasks().size(), c.name);
            String first = plan.listing().kernels().values().iterator().next();
            assertTrue(first.contains("mma_"), c.name);
            return true;
          });
    }
    List<ByteBuffer> results;
    try {
      results =
          emulator.run(
              folder, texts -> changed.apply(Dialect.sharedTiles() + String.join("\n", texts)));
    } catch (AssertionError e) {
      return String.valueOf(e.getMessage());
    }
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
