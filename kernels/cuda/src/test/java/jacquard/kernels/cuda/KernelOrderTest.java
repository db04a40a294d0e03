package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.csource.Dialect;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.reference.Evaluator;
import jacquard.tensor.testing.Layout;
import jacquard.tensor.testing.OperationRow;
import jacquard.tensor.testing.OperationTable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Kernels whose items share memory give the same bits whichever item is first, so that no barrier
/// is missing; and what the reference gives.
class KernelOrderTest {
  static final Dialect PLAIN = Emulator.dialect(Dialect.TensorCores.NONE);

  @TempDir Path folder;

  @Test
  void itemsMayRunInAnyOrder() throws IOException, InterruptedException {
    Emulator emulator = new Emulator(PLAIN);
    List<Tensor> results = new ArrayList<>();
    List<String> names = new ArrayList<>();
    Set<Set<String>> seen = new HashSet<>();
    for (OperationRow row : OperationTable.rows()) {
      if (!row.dtypes().contains(DType.F32)) {
        continue;
      }
      for (List<Shape> shapes : row.cases()) {
        long seed = row.seed(DType.F32, shapes);
        Tensor result =
            row.apply(row.arguments(DType.F32, shapes, Layout.PLAIN, Device.REFERENCE, seed));
        if (result.dtype() != DType.F32 || result.shape().isEmpty()) {
          continue;
        }
        int before = emulator.size();
        emulator.add(result, p -> p.shares() && seen.add(p.listing().kernels().keySet()));
        if (emulator.size() > before) {
          results.add(result);
          names.add(row.name() + " " + shapes);
        }
      }
    }
    assertTrue(results.size() > 20, results.size() + " plans");
    List<ByteBuffer> outputs = emulator.run(folder, PLAIN::program);
    for (int p = 0; p < results.size(); p++) {
      double[] expected = Evaluator.evaluate(List.of(results.get(p).node())).getFirst().toDoubles();
      for (int i = 0; i < expected.length; i++) {
        double tolerance = 1e-3 * Math.max(1, Math.abs(expected[i]));
        assertEquals(expected[i], outputs.get(p).getFloat(4 * i), tolerance, names.get(p));
      }
    }
  }
}
