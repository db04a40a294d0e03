package jacquard.tensor;

import jacquard.tensor.spi.Backends;

/// Where a tensor lives and is computed: `cpu`, `reference`, `opencl:0`, `cuda:1`.
///
/// @param kind name of the back end
/// @param index number of the device within the back end
public record Device(String kind, int index) {
  public static final Device CPU = new Device("cpu", 0);
  public static final Device REFERENCE = new Device("reference", 0);

  /// {@return the device named by `text`: a back end's name, with `:N` for its N-th device}
  ///
  /// @param text a device as it is written, `cuda:1`
  /// @throws DeviceException if the text has another form
  public static Device parse(String text) {
    int colon = text.indexOf(':');
    String kind = colon < 0 ? text : text.substring(0, colon);
    try {
      int index = colon < 0 ? 0 : Integer.parseInt(text.substring(colon + 1));
      if (kind.isEmpty() || index < 0) {
        throw new NumberFormatException();
      }
      return new Device(kind, index);
    } catch (NumberFormatException e) {
      throw new DeviceException(
          "device: '"
              + text
              + "', expected a back end and an optional number, such as "
              + String.join(", ", Backends.names())
              + " or cuda:0");
    }
  }

  /// {@return the device of tensors that are created without naming one: the switch
  /// `jacquard.device`, `cpu` unless set}
  public static Device standard() {
    String name = Switches.device();
    return name.equals("cpu") ? CPU : parse(name);
  }

  @Override
  public String toString() {
    return index == 0 ? kind : kind + ":" + index;
  }
}
