package jacquard.tensor.spi;

import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.ConcurrentHashMap;

/// The back ends of this process: providers found once, devices opened on first use.
public final class Backends {
  private static final Map<Device, Backend> OPEN = new ConcurrentHashMap<>();

  private Backends() {}

  private static final class Holder {
    static final List<BackendProvider> PROVIDERS =
        ServiceLoader.load(BackendProvider.class, BackendProvider.class.getClassLoader()).stream()
            .map(ServiceLoader.Provider::get)
            .toList();
  }

  /// {@return the back ends that `ServiceLoader` finds}
  public static List<BackendProvider> providers() {
    return Holder.PROVIDERS;
  }

  /// {@return the names of all kinds, sorted}
  public static List<String> names() {
    return providers().stream().map(BackendProvider::kind).sorted().toList();
  }

  /// {@return the open back end of `device`; opens it the first time}
  ///
  /// @param device where it lives
  /// @throws DeviceException if there is no such device; never another device instead
  public static Backend of(Device device) {
    Backend open = OPEN.get(device);
    return open != null ? open : OPEN.computeIfAbsent(device, Backends::open);
  }

  private static Backend open(Device device) {
    List<String> known = new ArrayList<>();
    for (BackendProvider provider : providers()) {
      if (provider.kind().equals(device.kind())) {
        return provider.open(device.index());
      }
      known.add(provider.kind());
    }
    throw new DeviceException(
        "device: no back end '"
            + device.kind()
            + "' on the class path, found "
            + known
            + "; add its jar or choose another device");
  }
}
