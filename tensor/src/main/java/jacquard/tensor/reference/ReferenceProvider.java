package jacquard.tensor.reference;

import jacquard.tensor.DeviceException;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// Provides the one device `reference`.
public final class ReferenceProvider implements BackendProvider {

  /// For `ServiceLoader`; opens nothing.
  public ReferenceProvider() {}

  @Override
  public String kind() {
    return "reference";
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(0, "slow evaluator in double precision, for tests"));
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public Backend open(int index) {
    if (index != 0) {
      throw new DeviceException(
          "reference: no device " + index + ", expected reference or reference:0");
    }
    return new ReferenceBackend();
  }
}
