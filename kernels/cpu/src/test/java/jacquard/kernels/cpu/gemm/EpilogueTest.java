package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// What is done with rows of products as they are finished.
class EpilogueTest {
  private final List<WorkerPool> pools = IntStream.of(1, 2, 3).mapToObj(WorkerPool::new).toList();

  @AfterEach
  void closePools() {
    pools.forEach(WorkerPool::close);
  }

  /// A product that only its epilogue reads is never written.
  @Test
  void epilogueReadsRowsThatNeverReachC() {
    for (WorkerPool pool : pools) {
      Gemm gemm = new Gemm(pool, new KernelTable(VectorWidth.BITS_256, false), GemmTest.SMALL);
      for (GemmShape shape :
          new GemmShape[] {
            GemmShape.nn(200, 70, 40),
            GemmShape.nt(100, 64, 33),
            GemmShape.nn(20, 30, 10).withBatch(Batch.of(7, 200, 300, 600)),
            GemmShape.nn(20, 30, 10).withBatch(Batch.of(7, 200, 0, 600)),
          }) {
        GemmCase data = new GemmCase(shape, 12);
        float[] expected = data.runF32(gemm, false);
        float[] c = new float[expected.length];
        float[] seen = expected.clone();
        Arrays.fill(seen, data.cOffset(), seen.length, Float.NaN);
        data.runF32(
            gemm,
            c,
            false,
            new Epilogue() {
              @Override
              public void rows(int batch, int from, int to, int worker, Object rows, int offset) {
                int start =
                    data.cOffset() + shape.batch().cOffset(batch) + from * shape.cRowStride();
                System.arraycopy(rows, offset, seen, start, (to - from) * shape.n());
              }

              @Override
              public boolean keepsResult() {
                return false;
              }
            });
        assertArrayEquals(new float[c.length], c, shape.toString());
        for (int i = data.cOffset(); i < seen.length; i++) {
          if (!Float.isNaN(seen[i])) {
            assertEquals(expected[i], seen[i], shape + " element " + i);
          } else {
            assertTrue(
                i >= data.cOffset() + shape.batch().count() * shape.m() * shape.n(),
                shape + " element " + i);
          }
        }
      }
    }
  }

  @Test
  void epilogueSeesEveryFinishedRowOnce() {
    for (WorkerPool pool : pools) {
      Gemm gemm = new Gemm(pool, VectorWidth.BITS_256);
      for (GemmShape shape :
          new GemmShape[] {
            GemmShape.nn(200, 70, 40),
            GemmShape.nn(3, 3000, 40),
            GemmShape.nn(1, 300, 40),
            GemmShape.nn(300, 1, 40),
            GemmShape.nn(30, 20, 0),
            GemmShape.nn(20, 30, 10).withBatch(Batch.of(7, 200, 300, 600)),
            GemmShape.nn(20, 30, 10).withBatch(Batch.of(7, 200, 0, 600)),
            GemmShape.nn(1, 30, 10).withBatch(Batch.of(7, 10, 0, 30)),
          }) {
        GemmCase data = new GemmCase(shape, 11);
        float[] expected = data.runF32(gemm, false);
        float[] c = new float[expected.length];
        int[][] seen = new int[shape.batch().count()][shape.m()];
        data.runF32(
            gemm,
            c,
            false,
            (batch, from, to, worker, rows, offset) -> {
              for (int row = from; row < to; row++) {
                seen[batch][row]++;
                int start =
                    data.cOffset() + shape.batch().cOffset(batch) + row * shape.cRowStride();
                int at = offset + (row - from) * shape.cRowStride();
                for (int j = 0; j < shape.n(); j++) {
                  assertEquals(expected[start + j], ((float[]) rows)[at + j]);
                  assertEquals(expected[start + j], c[start + j]);
                  c[start + j] = 2 * c[start + j] + 1;
                }
              }
            });
        for (int batch = 0; batch < seen.length; batch++) {
          for (int row = 0; row < shape.m(); row++) {
            assertEquals(1, seen[batch][row], shape + " row " + row);
            int start = data.cOffset() + shape.batch().cOffset(batch) + row * shape.cRowStride();
            for (int j = 0; j < shape.n(); j++) {
              assertEquals(2 * expected[start + j] + 1, c[start + j]);
            }
          }
        }
      }
    }
  }
}
