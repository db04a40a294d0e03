package jacquard.kernels.cpu.attention;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.lang.reflect.Method;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorMask;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class PanelLoopsTest {
  private static void check(float x) {
    float expected = (float) StrictMath.log(x);
    assertEquals(expected, PanelLoops.log(x), Math.ulp(expected), "log " + x);
  }

  @Test
  void logarithmAtTheEndsOfItsPieces() {
    assertEquals(0f, PanelLoops.log(1));
    float root = (float) Math.sqrt(0.5);
    for (float scale = 1; scale < 1e30f; scale *= 2) {
      for (float x : new float[] {root, Math.nextDown(root), Math.nextUp(root), 1, 1.5f}) {
        check(x * scale);
      }
    }
    check(Float.MAX_VALUE);
    check(Float.MIN_NORMAL);
    assertEquals(Float.POSITIVE_INFINITY, PanelLoops.log(Float.POSITIVE_INFINITY));
    assertEquals(Float.NaN, PanelLoops.log(Float.NaN));
  }

  /// C2 need not inline a method, and boxes a vector that is passed to one then.
  @Test
  void noMethodPassesVectors() {
    for (Method method : PanelVectors.class.getDeclaredMethods()) {
      for (Class<?> type : method.getParameterTypes()) {
        assertFalse(Vector.class.isAssignableFrom(type), method::toString);
        assertFalse(VectorMask.class.isAssignableFrom(type), method::toString);
      }
    }
  }

  @Property
  void logarithmIsRoundedFromTwiceThePrecision(
      @ForAll @FloatRange(min = 1, max = 1e6f) float x,
      @ForAll @FloatRange(min = 0, max = 2) float y) {
    check(x);
    check(Math.max(Float.MIN_NORMAL, y));
  }
}
