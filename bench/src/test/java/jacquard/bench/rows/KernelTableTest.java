package jacquard.bench.rows;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashSet;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class KernelTableTest {
  /// Plain loops of larger rows take too long for a test.
  private static final double MOST_FLOPS = 150e6;

  private static KernelRow row(String name) {
    return KernelTable.rows().stream()
        .filter(row -> row.name().equals(name))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void namesAreUnique() {
    List<String> names = KernelTable.rows().stream().map(KernelRow::name).toList();
    assertEquals(names.size(), new HashSet<>(names).size());
  }

  @Test
  void peersMeasureTheSameKernels() {
    assertEquals(
        List.of(
            "sgemm-256",
            "sgemm-512",
            "sgemm-1024",
            "conv2d-64x32x14x14-k3-fwd",
            "conv2d-64x32x14x14-k3-fwdbwd",
            "softmax-768x512-fwd",
            "softmax-768x512-fwdbwd",
            "layernorm-768x384-fwd",
            "layernorm-768x384-fwdbwd",
            "gelu-1M-fwd",
            "gelu-1M-fwdbwd",
            "adam-10M"),
        KernelTable.rows().stream().filter(KernelRow::peered).map(KernelRow::name).toList());
  }

  @ParameterizedTest
  @CsvSource({
    // 2 n^3; 3 n^2 floats
    "sgemm-256, 33554432, 786432",
    // 2 * 768 * 512 * 128; 768 * 128 + 512 * 128 + 768 * 512 floats
    "gemm-w1-up-nt-768x512x128, 100663296, 2228224",
    // the weight's gradient has the weight's shape and sums over tokens
    "gemm-w1-up-tn-512x128x768, 100663296, 2228224",
    "gemm-w1-head-tn-65x128x768, 12779520, 626176",
    // 48 products
    "gemm-w1-scores-nt-48x64x64x32, 12582912, 1572864",
    // 2 * 64 * 14 * 14 * 32 * 64 * 9; x, w, b and y; then x, w, b, g, y and their gradients
    "conv2d-64x32x14x14-k3-fwd, 462422016, 4890880",
    "conv2d-64x32x14x14-k3-fwdbwd, 1387266048, 9781760",
    // 7 x 7 from 14 x 14
    "conv-w4-32to64-k3s2-fwd, 231211008, 4890880",
    // 14 x 14 from 7 x 7: a tap for each input
    "convT-w5-128to64-k4s2-fwd, 822083584, 5341184",
    "softmax-768x512-fwd, 1966080, 3145728",
    "softmax-768x512-fwdbwd, 3538944, 6291456",
    "layernorm-768x384-fwd, 2064384, 2362368",
    "gelu-1M-fwdbwd, 17825792, 16777216",
    // 12 * 4 heads, 64 * 65 / 2 pairs, two products of 32
    "attention-w1-12x4x64x32-fwd, 12779520, 1572864",
    // a token; 2 * 1536 * 384; the weight, 384 and 1536 floats
    "gemm-w2-decode-up-nt-1x1536x384, 1179648, 2366976",
    // the product's, and 9 for each element of the result; 512 floats more
    "gemm-w1-up-bias-gelu-nt-768x512x128, 104202240, 2230272",
    // an eighth of the channels; x, w, b and y
    "conv-grouped-32x64to64-k3g8-fwd, 57802752, 3229952",
    // an addition for each number; all of them, and the sums
    "sum-1M, 1048576, 4194308",
    "sum-columns-768x384, 294912, 1181184",
    "rmsnorm-2048x384-fwd, 3145728, 6292992",
    "adam-10M, 130000000, 280000000",
    "randn-1M, 0, 4194304",
    // x and y; a factor and a choice; then g and its gradient too
    "dropout-2048x384-fwd, 1572864, 6291456",
    "dropout-2048x384-fwdbwd, 3145728, 12582912",
    // 65 rows of 384 floats, 2048 indices and as many rows
    "gather-2048x384-letters, 0, 3253760",
    // 2009 rows: some are asked for twice
    "gather-2048x384-words, 0, 6239744",
    // an addition for each float; the table is written whole
    "scatteradd-2048x384-letters, 786432, 3253760",
    "scatteradd-2048x384-words, 786432, 80348672",
    // 2 * 2 * 6 * 256 * 64; all of 2 * 6 * 256 * 64 floats read, the query too; the new key, the
    // new
    // value and the result written
    "attention-decode-w2-6x256x64, 393216, 792576",
  })
  void operationsAndBytesAreCounted(String name, double flops, double bytes) {
    KernelRow row = row(name);
    assertEquals(flops, row.flops(), name);
    assertEquals(bytes, row.bytes(), name);
  }

  @Test
  void theShortSelectionHasEveryKind() {
    for (String kind :
        List.of(
            "sgemm",
            "gemm",
            "conv2d",
            "convT",
            "softmax",
            "layernorm",
            "gelu",
            "attention-w",
            "attention-decode",
            "crossentropy",
            "sum",
            "gather",
            "scatteradd",
            "adam",
            "randn",
            "dropout")) {
      assertTrue(
          KernelTable.rows().stream().anyMatch(row -> row.brief() && row.name().startsWith(kind)),
          kind);
    }
  }

  @Test
  void plainLoopsComputeEveryValueThatIsNoGradient() {
    assertEquals(
        List.of("sgemm-256-raw", "sgemm-1024-raw"),
        KernelTable.rows().stream()
            .filter(row -> row.plain() == null)
            .map(KernelRow::name)
            .filter(name -> !name.endsWith("-fwdbwd"))
            .toList());
  }

  static Stream<KernelRow> plainRows() {
    return KernelTable.rows().stream()
        .filter(row -> row.plain() != null && row.flops() <= MOST_FLOPS)
        // tables of 77 MB, for what rows of letters do too
        .filter(row -> !row.name().endsWith("-words"));
  }

  @ParameterizedTest
  @MethodSource("plainRows")
  void theEngineComputesWhatPlainLoopsCompute(KernelRow row) {
    Body plain = row.plain().get();
    Body engine = row.engine().get();
    plain.run();
    engine.run();
    float[] expected = plain.result();
    float[] actual = engine.result();
    assertEquals(expected.length, actual.length);
    for (int i = 0; i < expected.length; i++) {
      // sums of up to 768 products of normal numbers, in another order
      assertEquals(expected[i], actual[i], 1e-4 * Math.max(1, Math.abs(expected[i])), "at " + i);
    }
  }
}
