package jacquard.tensor.testing;

import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/// Makes the reference the standard device while a test class runs.
public final class OnReference implements BeforeAllCallback, AfterAllCallback {
  private static final String SWITCH = "jacquard.device";

  private String before = "";

  @Override
  public void beforeAll(ExtensionContext context) {
    before = System.getProperty(SWITCH, "");
    System.setProperty(SWITCH, "reference");
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (before.isEmpty()) {
      System.clearProperty(SWITCH);
    } else {
      System.setProperty(SWITCH, before);
    }
  }
}
