package jacquard.kernels.cpu.conv;

import java.util.LinkedHashMap;
import java.util.Map;

/// The entries last asked for.
///
/// @param <K> what they are asked for by
/// @param <V> what is kept
final class Recent<K, V> extends LinkedHashMap<K, V> {
  private static final long serialVersionUID = 1;

  private static final int KEPT = 128;

  Recent() {
    super(16, 0.75f, true);
  }

  @Override
  protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
    return size() > KEPT;
  }
}
