package jacquard.kernels.cuda;

import static jacquard.kernels.cuda.AttentionCase.apart;
import static jacquard.kernels.cuda.AttentionCase.projected;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.kernels.cuda.AttentionCase.Result;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import jacquard.tensor.spi.Backend;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How many positions a group of an attention kernel owns can't be seen in a result.
class AttentionTilesTest {
  @TempDir Path folder;

  /// Gradients, or results without one, of which each is computed with several numbers of
  /// positions.
  private static final class Owners {
    final Emulator emulator;
    private final List<Result> results = new ArrayList<>();
    private final List<Integer> owners;
    private int own;

    /// @param owners numbers of positions; what the first gives is compared with the reference
    Owners(Dialect dialect, List<Integer> owners, AttentionCase... cases) {
      this.owners = owners;
      emulator = new Emulator(dialect, choice -> AttentionCase.owning(own).of(choice));
      for (AttentionCase c : cases) {
        Result result = AttentionCase.results(List.of(c)).get(c.hasGradient() ? 1 : 0);
        results.add(result);
        for (int o : owners) {
          own = o;
          emulator.add(result.tensor(), plan -> true);
        }
      }
    }

    /// What is wrong; empty if nothing is.
    String wrong(List<ByteBuffer> found) {
      for (int i = 0; i < found.size(); i++) {
        Result result = results.get(i / owners.size());
        int first = i - i % owners.size();
        String wrong =
            i > first || result.name().contains(INFINITE) ? "" : result.wrong(found.get(i));
        if (!wrong.isEmpty()) {
          return wrong;
        }
        if (found.get(i).mismatch(found.get(first)) >= 0) {
          return "%s: %d%s".formatted(result.name(), owners.get(i - first), OTHER_BITS);
        }
      }
      return "";
    }
  }

  private static final String OTHER_BITS = " positions give other bits";
  private static final String INFINITE = " infinite values of ";

  /// The last position's values and the first one's cotangents are infinite: no row may read them
  /// with one number of positions and not with another.
  private static AttentionCase infinite(DType dtype, int time, int size) {
    AttentionCase plain = projected(dtype, true, 1, time, 1, size);
    float[] values = new float[time * size];
    float[] cotangents = new float[time * size];
    for (int i = 0; i < values.length; i++) {
      values[i] = (float) Math.sin(i);
      cotangents[i] = (float) Math.cos(i);
    }
    Arrays.fill(values, (time - 1) * size, time * size, Float.POSITIVE_INFINITY);
    Arrays.fill(cotangents, 0, size, Float.POSITIVE_INFINITY);
    Shape shape = plain.v().shape();
    return new AttentionCase(
        dtype + INFINITE + size,
        true,
        0.2,
        plain.q(),
        plain.k(),
        Tensor.stored(dtype, values, shape, Device.REFERENCE),
        Tensor.stored(dtype, cotangents, shape, Device.REFERENCE));
  }

  @Test
  void everyNumberOfRowsGivesTheSameBits() throws IOException, InterruptedException {
    Owners owners =
        new Owners(
            TensorAttentionsTest.WARPS,
            List.of(64, 128, 32),
            projected(DType.BF16, true, 1, 133, 2, 12), // one by one
            projected(DType.BF16, false, 2, 70, 1, 12),
            projected(DType.F16, true, 1, 150, 1, 72),
            projected(DType.BF16, true, 1, 100, 1, 120), // gradients of 64 and 32 only
            infinite(DType.BF16, 100, 12),
            infinite(DType.F16, 100, 72),
            apart(DType.BF16, true, 150, 40, 12), // queries that see all keys
            apart(DType.BF16, true, 70, 200, 12),
            apart(DType.BF16, false, 20, 70, 12));
    assertEquals("", owners.wrong(owners.emulator.run(folder, TensorAttentionsTest::program)));
  }

  @Test
  void everyNumberOfPositionsGivesTheSameBits() throws IOException, InterruptedException {
    Owners owners =
        new Owners(
            KernelOrderTest.PLAIN,
            List.of(32, 64, 16),
            projected(DType.F32, true, 1, 70, 2, 16),
            projected(DType.F32, false, 1, 37, 1, 33),
            projected(DType.F32, true, 1, 40, 1, 65),
            infinite(DType.F32, 60, 16),
            infinite(DType.F32, 30, 65),
            apart(DType.F32, true, 90, 40, 16),
            apart(DType.F32, true, 20, 90, 16));
    assertEquals("", owners.wrong(owners.emulator.run(folder, KernelOrderTest.PLAIN::program)));
  }

  /// What a group has that owns 128 rows.
  private static final List<Lack> LACKS =
      List.of(
          barrier("before keys are written over queries", " 1\nfor (i32 l = 0; l < (64 *"),
          barrier("before cotangents and values are", " 1\nfor (i32 l = 0; l < (128 *"),
          barrier("before those are read", "\nfor (i32 step = 0;"),
          Lack.of("hidden keys passed over", OTHER_BITS, "if (!causal || j0 <= i0 + row)", ""),
          Lack.of(
              "queries passed over that don't see a key",
              OTHER_BITS,
              "if (!causal || i0 >= j0 + row / 64 * 64)",
              ""));

  /// The barrier before a loop of this kind.
  private static Lack barrier(String name, String loop) {
    return TensorAttentionsTest.barrier(name, "    \n#pragma unroll" + loop);
  }

  @TestFactory
  Stream<DynamicTest> whatAGroupOfManyRowsLacksIsSeen() throws IOException, InterruptedException {
    Owners owners =
        new Owners(TensorAttentionsTest.WARPS, List.of(64, 128), infinite(DType.BF16, 120, 72));
    return Lack.tests(owners.emulator, folder, TensorAttentionsTest::program, owners::wrong, LACKS);
  }

  private record Asked(Dialect dialect, DType dtype, int localBytes) {
    /// What is asked for the gradient of heads of a size, and before for the result.
    List<Tiles.Choice> of(int size) {
      Tensor gradient = projected(dtype, true, 2, 133, 3, size).gradient();
      Schedule schedule = CompiledKernel.schedule(List.of(new Backend.Root(gradient.node(), null)));
      List<Tiles.Choice> asked = new ArrayList<>();
      for (int own : new int[] {0, 16, 32, 64, 128}) {
        Tiles tiles =
            new Tiles() {
              @Override
              public int of(Choice choice) {
                asked.add(choice);
                return AttentionCase.owning(own).of(choice);
              }

              @Override
              public int localBytes() {
                return localBytes;
              }
            };
        for (Listing.Placed placed : Listing.of(dialect, schedule, tiles).launches()) {
          assertTrue(placed.call().localBytes() <= localBytes, size + ", " + own);
        }
      }
      return asked.subList(0, 2);
    }
  }

  @Test
  void whatIsOfferedFits() {
    Asked warps = new Asked(Dialect.CUDA, DType.BF16, 48 << 10);
    Asked items = new Asked(Dialect.OPENCL, DType.F32, 48 << 10);
    Asked little = new Asked(Dialect.OPENCL, DType.F32, 32 << 10);
    assertEquals("[128, 64, 32] [128, 64, 32]", options(warps.of(112)));
    assertEquals("[128, 64, 32] [64, 32]", options(warps.of(120)));
    assertEquals("[64, 32, 16] [64, 32, 16]", options(items.of(32)));
    assertEquals("[64, 32, 16] [32, 16]", options(items.of(64)));
    assertEquals("[32, 16] [16]", options(items.of(128)));
    assertEquals("[64, 32, 16] [32, 16]", options(little.of(32)));
    List<String> likenesses = warps.of(64).stream().map(Tiles.Choice::likeness).toList();
    assertEquals(
        List.of(
            "attention bf16 causal warps 64 6 160 160",
            "attention_gradient bf16 causal warps 64 6 160 160"),
        likenesses);
  }

  private static String options(List<Tiles.Choice> asked) {
    return asked.get(0).options() + " " + asked.get(1).options();
  }

  /// Those nearest to the number of registers with which one group more would fit a multiprocessor.
  @Test
  void kernelsOfFloatsCompileWithoutSpills() {
    Map<String, String> texts = TensorAttentionsTest.texts(DType.F32, 64, 32);
    TensorAttentionsTest.compileWithoutSpills(texts, "attention", 90);
  }

  @Tag("long")
  @ParameterizedTest
  @ValueSource(ints = {80, 90})
  void allKernelsOfFloatsCompileWithoutSpills(int architecture) {
    Map<String, String> texts = new LinkedHashMap<>();
    for (int own : new int[] {16, 32, 64}) {
      texts.putAll(TensorAttentionsTest.texts(DType.F32, own, 16, 32, 64, 128));
    }
    TensorAttentionsTest.compileWithoutSpills(texts, "attention", architecture);
  }
}
