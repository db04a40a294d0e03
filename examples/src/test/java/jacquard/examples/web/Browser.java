package jacquard.examples.web;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openqa.selenium.By;
import org.openqa.selenium.WebDriverException;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.chrome.ChromeDriver;
import org.openqa.selenium.chrome.ChromeDriverService;
import org.openqa.selenium.chrome.ChromeOptions;

/// The Chromium of this machine, without a window. Tests that need it are skipped, loudly, where
/// there is none (Debian: `chromium chromium-driver`).
public final class Browser implements AutoCloseable {
  private static final List<String> FOLDERS = List.of("/usr/bin", "/usr/local/bin", "/snap/bin");
  private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(30);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final ChromeDriver driver;

  private Browser(ChromeDriver driver) {
    this.driver = driver;
  }

  /// Starts it, or skips the test.
  public static Browser start() {
    Path chromium = program("chromium", "chromium-browser", "google-chrome");
    Path service = program("chromedriver");
    if (chromium == null || service == null) {
      String missing =
          "SKIPPED: no Chromium with its driver in "
              + FOLDERS
              + "; apt-get install chromium chromium-driver";
      System.err.println(missing);
      assumeTrue(false, missing);
    }
    ChromeOptions options = new ChromeOptions();
    options.setBinary(chromium.toFile());
    // without its sandbox: a container's root may not make one
    options.addArguments(
        "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage");
    options.addArguments("--window-size=1200,800");
    options.setCapability("goog:loggingPrefs", Map.of("browser", "ALL"));
    return new Browser(
        new ChromeDriver(
            new ChromeDriverService.Builder().usingDriverExecutable(service.toFile()).build(),
            options));
  }

  private static @Nullable Path program(String... names) {
    return Stream.of(names)
        .flatMap(name -> FOLDERS.stream().map(folder -> Path.of(folder, name)))
        .filter(Files::isExecutable)
        .findFirst()
        .orElse(null);
  }

  public void open(String address) {
    driver.get(address);
  }

  public ChromeDriver driver() {
    return driver;
  }

  public WebElement find(String selector) {
    return driver.findElement(By.cssSelector(selector));
  }

  public List<WebElement> all(String selector) {
    return driver.findElements(By.cssSelector(selector));
  }

  /// Shows pages in a theme as if the desktop had it: `light` or `dark`.
  public void prefers(String theme) {
    driver.executeCdpCommand(
        "Emulation.setEmulatedMedia",
        Map.of("features", List.of(Map.of("name", "prefers-color-scheme", "value", theme))));
  }

  /// The background of an element, `rgb(255, 255, 255)`.
  public String colour(String selector) {
    return String.valueOf(
        value("getComputedStyle(document.querySelector('" + selector + "')).backgroundColor"));
  }

  /// The value of a JavaScript expression.
  public Object value(String expression) {
    return driver.executeScript("return " + expression);
  }

  public double number(String expression) {
    return ((Number) value("Number(" + expression + ")")).doubleValue();
  }

  /// Waits until an expression is true, at most half a minute. It is asked for again and again, not
  /// once by a script that waits: a page that is loaded anew takes that along.
  public void await(String expression) {
    long end = System.nanoTime() + MOST_NANOS;
    WebDriverException failed = null;
    while (System.nanoTime() < end) {
      try {
        if (Boolean.TRUE.equals(value("Boolean(" + expression + ")"))) {
          return;
        }
        failed = null;
      } catch (WebDriverException e) { // what it is about isn't there yet, or any more
        failed = e;
      }
      LockSupport.parkNanos(PAUSE_NANOS);
    }
    throw new AssertionError("not true within half a minute: " + expression, failed);
  }

  /// Nothing was written to the console that is worse than a note.
  public void assertCalm() {
    assertEquals(
        List.of(),
        driver.manage().logs().get("browser").getAll().stream()
            .filter(
                entry -> entry.getLevel().intValue() >= java.util.logging.Level.WARNING.intValue())
            .map(Object::toString)
            .toList());
  }

  @Override
  public void close() {
    driver.quit();
  }
}
