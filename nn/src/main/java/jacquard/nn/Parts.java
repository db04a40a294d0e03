package jacquard.nn;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The parts of a module in the order in which its states are listed and stored.
public final class Parts {
  private static final Parts NONE = new Parts(List.of());

  private final List<Part> list;

  private Parts(List<Part> list) {
    this.list = list;
  }

  /// A module without state.
  ///
  /// @return no parts
  public static Parts none() {
    return NONE;
  }

  /// Parts in the order of their states.
  ///
  /// @param parts null for one that this module was made without, such as a bias
  /// @return the parts
  public static Parts of(@Nullable Part... parts) {
    return NONE.and(parts);
  }

  /// {@return parts in a list, in the order of their states}
  ///
  /// @param parts parts in the order of their states; null ones are left out
  public static Parts of(List<? extends Part> parts) {
    return NONE.and(parts);
  }

  /// {@return these and then `parts`}
  ///
  /// @param parts null for one that this module was made without, such as a bias
  public Parts and(@Nullable Part... parts) {
    List<Part> all = new ArrayList<>(list);
    for (Part part : parts) {
      if (part != null) {
        all.add(part);
      }
    }
    return new Parts(List.copyOf(all));
  }

  /// {@return these and then `parts`}
  ///
  /// @param parts parts in the order of their states; null ones are left out
  public Parts and(List<? extends Part> parts) {
    return and(parts.toArray(Part[]::new));
  }

  /// {@return the parts that were given}
  public List<Part> list() {
    return list;
  }
}
