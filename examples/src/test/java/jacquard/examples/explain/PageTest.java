package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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
  private static final int NODES = 5000;
  private static final int WIDE = 100;

  /// A node after the other, with links to one some steps before.
  private static final IntFunction<String> CHAIN =
      i -> i == 0 ? "" : i < 7 ? "" + (i - 1) : (i - 1) + "," + (i - 7);

  /// Fifty rows of a hundred nodes, each of which reads three of the row before.
  private static final IntFunction<String> WIDE_ROWS =
      i -> {
        int row = i / WIDE * WIDE - WIDE;
        return row < 0
            ? ""
            : "%d,%d,%d".formatted(row + i % WIDE, row + (i + 7) % WIDE, row + (i * 31 + 5) % WIDE);
      };

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
    open(CHAIN);
  }

  private void open(IntFunction<String> sources) throws IOException {
    Path page = temp.resolve("page.html");
    Files.writeString(page, Page.of(data(sources)));
    browser.open(page.toUri().toString());
    browser.await("window.jacquard && jacquardSpeed.draw !== undefined");
  }

  /// A graph of 5,000 nodes in 100 layers, and 500 tasks of ten operations each.
  private static String data(IntFunction<String> sources) {
    StringBuilder operations = new StringBuilder();
    StringBuilder tasks = new StringBuilder();
    StringBuilder blocks = new StringBuilder();
    for (int i = 0; i < NODES; i++) {
      boolean same = i > 165 && i < 168;
      String name = same ? "twin" : "op" + i;
      String role = i == 0 ? "input" : i < NODES / 2 ? "forward" : "gradient";
      operations.append(
          "%s[\"%s\",\"f32[%d]\",\"blocks.%d.fc\",\"Layer.forward(Layer.java:%d)\",\"Main.main(Main.java:1)\",\"%s\",[%s],[%d]]"
              .formatted(
                  i == 0 ? "" : ",",
                  name,
                  same ? 0 : i,
                  i / 50,
                  same ? 0 : i,
                  role,
                  sources.apply(i),
                  i / 10));
    }
    for (int t = 0; t < NODES / 10; t++) {
      StringBuilder own = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        own.append(i == 0 ? "" : ",").append(10 * t + i);
      }
      tasks.append(
          "%s{\"label\":\"loop\",\"text\":\"loop %d \\u003cscript>\",\"layer\":\"blocks.%d.fc\",\"operations\":[%s],\"ends\":[[%d,%d,\"it is <b>so</b>\"]],\"flops\":10,\"bytes\":40,\"us\":%d,\"interim\":%b,\"share\":0.5,\"limit\":\"L2\",\"code\":[0,1,2]}"
              .formatted(t == 0 ? "" : ",", t, t / 5, own, t, t + 1, t % 17 + 1, t == 16));
      blocks.append(
          "%s[%d,\"f32\",%d,1000,%d,%d]".formatted(t == 0 ? "" : ",", t, t % 9 * 1000, t, t + 3));
    }
    return ("{\"shown\":0,\"plans\":[{\"name\":\"plans 1 to 2: updates a\",\"step\":{\"title\":\"a test\",\"device\":\"cpu\",\"operations\":[%s],\"tasks\":[%s],\"blocks\":[%s],\"arena\":9000,"
            + "\"stages\":[{\"name\":\"fusion\",\"before\":\"3\",\"after\":\"2\",\"notes\":[\"one\"]}],\"codes\":[\"java\",\"opencl\",\"cuda\"],\"notes\":[\"a note\"]}},"
            + "{\"name\":\"plan 3: updates b\",\"step\":{\"title\":\"another\",\"device\":\"cpu\",\"operations\":[[\"x\",\"f32[1]\",\"b\",\"\",\"\",\"forward\",[],[]]],"
            + "\"tasks\":[],\"blocks\":[],\"arena\":0,\"stages\":[],\"codes\":[],\"notes\":[]}}]}")
        .formatted(operations, tasks, blocks);
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
    open(WIDE_ROWS);
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
  void memoryAndTimelineAreDrawnInTheColoursOfTheLayers() throws IOException {
    open();
    browser.find("body").sendKeys("3");
    browser.await(colours("memory-canvas") + " > 20");
    browser.find("body").sendKeys("4");
    browser.await(colours("timeline-canvas") + " > 20");
    assertEquals("", browser.find("#timeline-note").getText());
    browser.value("(location.hash = '#timeline/1')");
    browser.await("document.getElementById('title').textContent === 'another on cpu'");
    assertEquals("there are no tasks", browser.find("#timeline-note").getText());
    assertEquals(0, browser.number(colours("timeline-canvas")));
    browser.assertCalm();
  }

  /// An expression for the number of colours that a canvas has in at least 30 pixels: text has many
  /// colours, of a few pixels each.
  private static String colours(String canvas) {
    return """
    (() => {
      const from = document.getElementById('%s');
      if (!from.width || !from.height) return 0;
      const to = document.createElement('canvas');
      to.width = from.width;
      to.height = from.height;
      const g = to.getContext('2d');
      g.drawImage(from, 0, 0);
      const counts = new Map();
      for (const c of new Uint32Array(g.getImageData(0, 0, to.width, to.height).data.buffer))
        if (c) counts.set(c, (counts.get(c) ?? 0) + 1);
      return [...counts.values()].filter(n => n >= 30).length;
    })()\
    """
        .formatted(canvas);
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
    browser.assertCalm();
  }

  /// The colour of a pixel of the graph, where the first box is.
  private static String boxColour() {
    browser.value("jacquard.paint()");
    return String.valueOf(
        browser.value(
            "(() => { const {x, y} = jacquard.place(0), r = devicePixelRatio;"
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
    String light = boxColour();
    browser.prefers("dark");
    browser.await("kit.dark.matches");
    assertEquals("rgb(20, 22, 26)", browser.colour("body"));
    String dark = boxColour();
    assertTrue(brightness(dark) < 0.8 * brightness(light), light + " and " + dark);
    browser.prefers("light");
    browser.await("!kit.dark.matches");
    assertEquals(light, boxColour(), "is drawn anew");
    browser.assertCalm();
  }

  private static double brightness(String rgba) {
    String[] parts = rgba.split(",");
    return Double.parseDouble(parts[0])
        + Double.parseDouble(parts[1])
        + Double.parseDouble(parts[2]);
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
