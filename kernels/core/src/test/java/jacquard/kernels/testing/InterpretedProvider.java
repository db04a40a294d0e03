package jacquard.kernels.testing;

import jacquard.kernels.PlannedBackend;
import jacquard.tensor.Device;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.BackendProvider;
import java.util.List;

/// The device `interpreted`: every pass, no code.
public final class InterpretedProvider implements BackendProvider {
  public static final Device DEVICE = new Device("interpreted", 0);

  @Override
  public String kind() {
    return DEVICE.kind();
  }

  @Override
  public List<Found> devices() {
    return List.of(new Found(0, "schedules by interpretation"));
  }

  @Override
  public String trouble() {
    return "";
  }

  @Override
  public Backend open(int index) {
    return new PlannedBackend(new InterpretedTarget(DEVICE));
  }
}
