package jacquard.bench.rows;

import jacquard.tensor.Tensor;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/// Rows of a table by index, as an embedding reads them, and rows added up by index, as its
/// gradient does it. Tables of W2's width: for its letters, and for GPT-2's words.
final class IndexRows {
  private static final int TOKENS = 2048;
  private static final int DIM = 384;
  private static final int LETTERS = 65;
  private static final int WORDS = 50_257;

  private IndexRows() {}

  static List<KernelRow> rows() {
    return List.of(
        gather(LETTERS).inBrief(), gather(WORDS), scatter(LETTERS).inBrief(), scatter(WORDS));
  }

  private static int[] index(int count) {
    return new Random(9).ints(TOKENS, 0, count).toArray();
  }

  private static Tensor indexTensor(int count) {
    return Tensor.of(index(count), TOKENS);
  }

  private static String named(String what, int count) {
    return what + "-" + TOKENS + "x" + DIM + "-" + (count == LETTERS ? "letters" : "words");
  }

  /// No operations; reads the indices and, once, the rows of the table that occur.
  private static KernelRow gather(int count) {
    double read = Arrays.stream(index(count)).distinct().count() * DIM + TOKENS;
    double written = TOKENS * DIM;
    return KernelRow.of(
            named("gather", count),
            0,
            4 * (read + written),
            () -> GraphBody.of(List.of(Data.of(1, count, DIM).gather(indexTensor(count)))))
        .withPlain(() -> plainGather(count));
  }

  /// An addition for each number; writes the whole table, zeros too.
  private static KernelRow scatter(int count) {
    double read = TOKENS * DIM + TOKENS;
    double written = (double) count * DIM;
    return KernelRow.of(
            named("scatteradd", count),
            TOKENS * DIM,
            4 * (read + written),
            () ->
                GraphBody.of(
                    List.of(
                        Tensor.zeros(count, DIM)
                            .scatterAdd(indexTensor(count), Data.of(1, TOKENS, DIM)))))
        .withPlain(() -> plainScatter(count));
  }

  private static Body plainGather(int count) {
    int[] index = index(count);
    float[] table = Data.array(1, count, DIM);
    float[] y = new float[TOKENS * DIM];
    return Body.of(
        y,
        () -> {
          for (int i = 0; i < TOKENS; i++) {
            for (int d = 0; d < DIM; d++) {
              y[i * DIM + d] = table[index[i] * DIM + d];
            }
          }
        });
  }

  private static Body plainScatter(int count) {
    int[] index = index(count);
    float[] x = Data.array(1, TOKENS, DIM);
    float[] table = new float[count * DIM];
    return Body.of(
        table,
        () -> {
          Arrays.fill(table, 0);
          for (int i = 0; i < TOKENS; i++) {
            for (int d = 0; d < DIM; d++) {
              table[index[i] * DIM + d] += x[i * DIM + d];
            }
          }
        });
  }
}
