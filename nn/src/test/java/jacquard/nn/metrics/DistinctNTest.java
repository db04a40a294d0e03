package jacquard.nn.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class DistinctNTest {
  @Test
  void nGramsAreCountedWithinEachText() {
    List<List<String>> texts = List.of(List.of("a", "b", "a", "b"), List.of("b", "a", "c"));
    assertEquals(3 / 7.0, DistinctN.of(texts, 1), 1e-12);
    // ab, ba, ab; ba, ac
    assertEquals(3 / 5.0, DistinctN.of(texts, 2), 1e-12);
    assertEquals(Double.NaN, DistinctN.of(texts, 5));
    assertThrows(IllegalArgumentException.class, () -> DistinctN.of(texts, 0));
  }
}
