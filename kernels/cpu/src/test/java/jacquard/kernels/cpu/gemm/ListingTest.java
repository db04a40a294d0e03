package jacquard.kernels.cpu.gemm;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.cpu.machine.WorkerPool;
import org.junit.jupiter.api.Test;

class ListingTest {
  private static String listing(GemmShape shape) {
    return new Gemm(new WorkerPool(1), VectorWidth.BITS_256).listing(Element.F32, shape);
  }

  private static int fmas(String text) {
    return text.split("\\.fma\\(", -1).length - 1;
  }

  @Test
  void aProductListsItsTile() {
    String inPlace = listing(GemmShape.nn(64, 64, 32));
    assertTrue(inPlace.contains("// F32 tile 6x16 (256 bits, k step 1), generated"), inPlace);
    assertTrue(inPlace.contains("\ntiles(tiles, k, a, aOffset, "), inPlace);
    assertTrue(inPlace.contains("packs panels of B and loops"), inPlace);
    assertEquals(12, fmas(inPlace), inPlace);
    String packed = listing(GemmShape.tn(64, 64, 32));
    assertTrue(packed.contains("(256 bits, k step 8)"), packed);
    assertTrue(packed.contains("packs panels of B and tiles of A and loops"), packed);
    assertTrue(packed.contains(" = k * 8;\n"), packed);
    String low = listing(GemmShape.nn(5, 7, 32));
    assertTrue(low.contains("// F32 tile 5x8 (256 bits, k step 1, edge), generated"), low);
    assertEquals(5, fmas(low), low);
  }

  @Test
  void aProductWithoutTilesNamesWhatComputesIt() {
    String text = listing(GemmShape.nn(64, 1, 32));
    assertTrue(text.startsWith("// written by hand, not generated: "), text);
    assertTrue(text.contains("gemm.VectorProduct.run"), text);
    assertEquals(0, fmas(text));
    assertEquals("// nothing to compute\n", listing(GemmShape.nn(0, 4, 4)));
  }

  @Test
  void everyFormOfEveryTileCanBeRead() {
    for (VectorWidth width : VectorWidth.values()) {
      for (Element element : Element.values()) {
        for (int kStep : new int[] {1, 8, 16}) {
          for (boolean edge : new boolean[] {false, true}) {
            TileSpec tile = new TileSpec(element, width, 3, 2, kStep, edge, edge);
            for (CodeForm form : CodeForm.of(tile)) {
              String text = MicroKernelWriter.listing(tile, form);
              assertFalse(text.contains("/*") || text.contains("?"), text);
              assertTrue(text.contains("  do {\n"), text);
              assertEquals(6, fmas(text), text);
              assertEquals(6, text.split("\\.intoArray\\(", -1).length - 1, text);
            }
          }
        }
      }
    }
  }
}
