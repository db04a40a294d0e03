package jacquard.examples.explain;

import static jacquard.examples.explain.LargeStep.NODES;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.WheelInput;

/// The page of `explain --html` in a browser.
class PageTest {
  private static Browser browser;

  @TempDir Path temp;

  @BeforeAll
  static void start() {
    browser = Browser.start();
  }

  @AfterAll
  static void end() {
    if (browser != null) {
      browser.close();
    }
  }

  private void open() throws IOException {
    open(LargeStep.CHAIN);
  }

  private void open(IntFunction<String> sources) throws IOException {
    LargeStep.open(browser, temp, sources);
  }

  @Test
  void fiveThousandNodesStayQuick() throws IOException {
    open();
    assertEquals(100, browser.number("jacquard.items"), "layers are closed boxes");
    browser.value("jacquard.openAll()");
    assertEquals(NODES, browser.number("jacquard.items"));
    browser.value("jacquard.paint()");
    // a bound for slow machines, not a measurement
    assertTrue(browser.number("jacquardSpeed.layout") < 1000, "layout");
    assertTrue(browser.number("jacquardSpeed.draw") < 1000, "drawing");
    browser.find("#search").sendKeys("op49");
    assertEquals("111 of 5000 operations", browser.find("#found").getText());
    assertTrue(browser.number("jacquardSpeed.search") < 1000, "searching");
    browser.find("#search").sendKeys(Keys.ENTER);
    assertTrue(browser.find("#node").getText().contains("Layer.forward(Layer.java:49)"));
    browser.assertCalm();
  }

  @Test
  void allBoxesOfAWideGraphAreDrawnAtOnce() throws IOException {
    open(LargeStep.WIDE_ROWS);
    browser.value("jacquard.openAll()");
    assertEquals(NODES, browser.number("jacquard.items"));
    browser.find("#graph-canvas").sendKeys("f");
    browser.value("jacquard.paint()");
    assertEquals(NODES, browser.number("jacquardSpeed.drawn"));
    // bounds for slow machines, not measurements
    assertTrue(browser.number("jacquardSpeed.layout") < 1000, "layout");
    assertTrue(browser.number("jacquardSpeed.draw") < 1000, "drawing");
    browser.find("#search").sendKeys("op49");
    assertEquals("111 of 5000 operations", browser.find("#found").getText());
    assertTrue(browser.number("jacquardSpeed.search") < 1000, "searching");
    browser.value("jacquard.paint()");
    assertEquals(NODES, browser.number("jacquardSpeed.drawn"));
    assertTrue(browser.number("jacquardSpeed.draw") < 1000, "drawing what was found");
    browser.assertCalm();
  }

  @Test
  void aTallGraphFitsIntoTheWindow() throws IOException {
    open();
    browser.value("jacquard.paint()");
    assertTrue(browser.number("jacquardSpeed.drawn") < 100, "at first boxes can be read");
    browser.find("#graph-canvas").sendKeys("f");
    browser.value("jacquard.paint()");
    assertEquals(100, browser.number("jacquardSpeed.drawn"));
    double height = browser.number("kit.$('graph-canvas').clientHeight");
    assertTrue(browser.number("jacquard.place(99).y") < height);
    assertTrue(browser.number("jacquard.place(0).y") > 0);
    browser.value("jacquard.openAll()");
    browser.find("#graph-canvas").sendKeys("f", "-");
    double small = browser.number("jacquard.zoom");
    browser.find("#graph-canvas").sendKeys("+");
    assertTrue(browser.number("jacquard.zoom") > small);
    browser.assertCalm();
  }

  @Test
  void everyViewOpensByKey() throws IOException {
    open();
    String[] views = {"graph", "kernels", "memory", "timeline", "passes"};
    for (int i = 0; i < views.length; i++) {
      browser.find("body").sendKeys(String.valueOf(i + 1));
      assertTrue(browser.find("#" + views[i]).isDisplayed(), views[i]);
      assertEquals("true", browser.find("#tab-" + views[i]).getDomAttribute("aria-selected"));
    }
    assertTrue(browser.find("#passes").getText().contains("fusion"));
    browser.find("body").sendKeys("2");
    browser.find("tr[data-task='16']").click();
    String kernel = browser.find("#kernel").getText();
    assertTrue(kernel.contains("loop 16 <script>"), "text is text");
    assertTrue(kernel.contains("not compiled when it was timed"), kernel);
    assertTrue(kernel.contains("\n2 \u00d7 twin f32[0] "), kernel);
    assertEquals("a note", browser.find("#kernel-list p").getText());
    assertTrue(kernel.contains("v16 is read by task 17: it is <b>so</b>"), kernel);
    for (String code : new String[] {"java", "opencl", "cuda"}) {
      assertTrue(kernel.contains(code), code);
    }
    assertEquals(
        "16", browser.find("tbody tr").getDomAttribute("data-task"), "the slowest is first");
    assertEquals(0, browser.number("performance.getEntriesByType('resource').length"));
    browser.assertCalm();
  }

  /// The colour of a pixel of the graph, within a box.
  private static String boxColour(int box) {
    browser.value("jacquard.paint()");
    return String.valueOf(
        browser.value(
            "(() => { const {x, y} = jacquard.place("
                + box
                + "), r = devicePixelRatio;"
                + " const one = document.createElement('canvas').getContext('2d');"
                + " one.drawImage(document.getElementById('graph-canvas'),"
                + " (x - 80 * jacquard.zoom) * r, y * r, 1, 1, 0, 0, 1, 1);"
                + " return [...one.getImageData(0, 0, 1, 1).data].join() })()"));
  }

  @Test
  void theDarkThemeIsDrawnToo() throws IOException {
    open();
    browser.prefers("light");
    assertEquals("rgb(255, 255, 255)", browser.colour("body"));
    String light = boxColour(0);
    browser.prefers("dark");
    browser.await("kit.dark.matches");
    assertEquals("rgb(20, 22, 26)", browser.colour("body"));
    String dark = boxColour(0);
    assertTrue(brightness(dark) < 0.8 * brightness(light), light + " and " + dark);
    browser.prefers("light");
    browser.await("!kit.dark.matches");
    assertEquals(light, boxColour(0), "is drawn anew");
    browser.assertCalm();
  }

  private static double brightness(String rgba) {
    String[] parts = rgba.split(",");
    return Double.parseDouble(parts[0])
        + Double.parseDouble(parts[1])
        + Double.parseDouble(parts[2]);
  }

  /// A batch, and two layers of a block with their gradients, the last layer's first.
  private static final String BLOCK =
      """
      {"shown": 0, "plans": [{"name": "one", "step": {"title": "a block", "device": "cpu",
        "tasks": [], "blocks": [], "arena": 0, "stages": [], "codes": [], "notes": [],
        "operations": [
          ["batch", "f32[1]", "", "", "", "input", [], []],
          ["exp", "f32[1]", "blocks.0.a", "", "", "forward", [0], []],
          ["neg", "f32[1]", "blocks.0.b", "", "", "forward", [1], []],
          ["neg", "f32[1]", "blocks.0.b", "", "", "gradient", [2], []],
          ["mul", "f32[1]", "blocks.0.a", "", "", "gradient", [3], []]]}}]}\
      """;

  @Test
  void aClosedBoxHasTheColourOfWhatItHolds() throws IOException {
    LargeStep.open(browser, temp, BLOCK);
    assertEquals(3, browser.number("jacquard.items"));
    for (String theme : List.of("dark", "light")) {
      browser.prefers(theme);
      browser.await("kit.dark.matches === " + theme.equals("dark"));
      String block = boxColour(1);
      assertEquals(block, boxColour(2), "its gradients");
      String panel = theme.equals("dark") ? "29,32,38,255" : "244,245,247,255";
      assertEquals(panel, boxColour(0), "what is of no layer");
      assertNotEquals(panel, block);
    }
    browser.assertCalm();
  }

  /// WCAG 2 asks for a contrast of 4.5.
  @Test
  void textCanBeReadOnEveryColour() throws IOException {
    LargeStep.open(browser, temp, BLOCK);
    for (String theme : List.of("dark", "light")) {
      browser.prefers(theme);
      browser.await("kit.dark.matches === " + theme.equals("dark"));
      double least =
          browser.number(
              """
              (() => {
                const g = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
                const light = colour => {
                  g.fillStyle = colour;
                  g.fillRect(0, 0, 1, 1);
                  const [red, green, blue] = [...g.getImageData(0, 0, 1, 1).data]
                    .map(v => v / 255 <= 0.04045 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
                  return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
                };
                const text = light(kit.css("--text"));
                let least = Infinity;
                for (let i = 0; i < 720; i++) {
                  const ratio = light(step.fill("layer" + i, i % 2 === 0)) / text;
                  least = Math.min(least, Math.max(ratio, 1 / ratio));
                }
                return least;
              })()\
              """);
      assertTrue(least >= 4.5, theme + ": " + least);
    }
    browser.assertCalm();
  }

  @Test
  void theGraphIsZoomedAndMovedByWheelKeysAndPointer() throws IOException {
    open();
    WebElement canvas = browser.find("#graph-canvas");
    canvas.sendKeys("f");
    double fit = browser.number("jacquard.zoom");
    double x = browser.number("jacquard.place(0).x");
    double y = browser.number("jacquard.place(0).y");
    int right = 100; // of the box, whose middle is 0 in the graph
    new Actions(browser.driver())
        .scrollFromOrigin(
            WheelInput.ScrollOrigin.fromElement(
                canvas,
                (int)
                    Math.round(x + right - browser.number("kit.$('graph-canvas').clientWidth") / 2),
                (int) Math.round(y - browser.number("kit.$('graph-canvas').clientHeight") / 2)),
            0,
            -120)
        .perform();
    browser.await("jacquard.zoom > " + 1.2 * fit);
    double by = browser.number("jacquard.zoom") / fit;
    assertEquals(
        x + right - by * right,
        browser.number("jacquard.place(0).x"),
        2,
        "what is pointed at stays there");
    assertEquals(y, browser.number("jacquard.place(0).y"), 2);
    canvas.sendKeys("f", "+");
    assertEquals(1.3, browser.number("jacquard.zoom") / fit, 1e-6);
    canvas.sendKeys("-");
    assertEquals(1, browser.number("jacquard.zoom") / fit, 1e-6);
    canvas.sendKeys(Keys.ARROW_LEFT);
    assertEquals(x + 60, browser.number("jacquard.place(0).x"), 1);
    new Actions(browser.driver()).dragAndDropBy(canvas, -60, 30).perform();
    assertEquals(x, browser.number("jacquard.place(0).x"), 2);
    assertEquals(y + 30, browser.number("jacquard.place(0).y"), 2);
    browser.assertCalm();
  }

  @Test
  void layersAreOpenedAndClosed() throws IOException {
    open();
    WebElement canvas = browser.find("#graph-canvas");
    browser.find("#search").sendKeys("op4999", Keys.ENTER);
    assertEquals("\u2207 blocks.99", browser.find("#node h2").getText());
    canvas.sendKeys(Keys.ENTER); // blocks.99 holds one layer
    assertEquals(100, browser.number("jacquard.items"));
    browser.find("#search").sendKeys(Keys.ENTER);
    assertEquals("\u2207 blocks.99.fc", browser.find("#node h2").getText());
    browser.find("#open").click();
    assertEquals(99 + 50, browser.number("jacquard.items"));
    browser.find("#search").sendKeys(Keys.ENTER);
    assertEquals("op4999", browser.find("#node h2").getText());
    browser.find("#close").click();
    assertEquals(100, browser.number("jacquard.items"));
    assertEquals("", browser.find("#node").getText());
    browser.assertCalm();
  }

  @Test
  void aStepOfSeveralPlansLetsOneChoose() throws IOException {
    open();
    assertEquals("a test on cpu", browser.find("#title").getText());
    browser.find("body").sendKeys("3");
    browser.find("#plan").sendKeys(Keys.ARROW_DOWN);
    browser.await("document.getElementById('title').textContent === 'another on cpu'");
    assertTrue(browser.find("#memory").isDisplayed(), "the same view");
    assertEquals(1, browser.number("jacquard.items"));
    browser.find("#plan").sendKeys(Keys.ARROW_UP);
    browser.await("document.getElementById('title').textContent === 'a test on cpu'");
    browser.value("(location.hash = '#passes/1')");
    browser.await("document.getElementById('title').textContent === 'another on cpu'");
    assertTrue(browser.find("#passes").isDisplayed(), "an address that was typed");
    browser.assertCalm();
  }
}
