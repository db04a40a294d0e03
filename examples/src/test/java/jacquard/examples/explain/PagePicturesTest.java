package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;
import org.openqa.selenium.interactions.Actions;
import org.openqa.selenium.interactions.WheelInput;

/// The pictures of memory and time on the page of `explain --html`, in a browser.
class PagePicturesTest {
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
    LargeStep.open(browser, temp, LargeStep.CHAIN);
  }

  @Test
  void memoryAndTimelineAreDrawnInTheColoursOfTheLayers() throws IOException {
    open();
    browser.find("body").sendKeys("3");
    browser.await(colours("memory-canvas") + " > 20");
    browser.find("body").sendKeys("4");
    browser.await(colours("timeline-canvas") + " > 20");
    assertTrue(browser.find("#timeline-note").getText().startsWith("Point to a block"));
    browser.value("(location.hash = '#timeline/1')");
    browser.await("document.getElementById('title').textContent === 'another on cpu'");
    assertEquals("there are no tasks", browser.find("#timeline-note").getText());
    assertEquals(0, browser.number(colours("timeline-canvas")));
    browser.assertCalm();
  }

  /// What is said of a place of a canvas, in pixels from its middle.
  private static String note(String view, int x, int y) {
    WebElement canvas = browser.find("#" + view + "-canvas");
    new Actions(browser.driver()).moveToElement(canvas, x, y).perform();
    return browser.find("#" + view + "-note").getText();
  }

  /// Zooms at a place; the zoom that it gives.
  private static double wheel(String view, int x, int y) {
    WebElement canvas = browser.find("#" + view + "-canvas");
    new Actions(browser.driver())
        .scrollFromOrigin(WheelInput.ScrollOrigin.fromElement(canvas, x, y), 0, -1000)
        .perform();
    browser.await("tasks." + view + ".k > 5");
    return browser.number("tasks." + view + ".k");
  }

  @Test
  void memoryIsZoomedAndMovedInBothDirections() throws IOException {
    open();
    browser.find("body").sendKeys("3");
    browser.await(colours("memory-canvas") + " > 20");
    String whole = "document.getElementById('memory-canvas').toDataURL()";
    Object before = browser.value(whole);
    int x = 0;
    String block = note("memory", x, 0);
    while (!block.startsWith("v") && x < 100) {
      x += 3;
      block = note("memory", x, 0);
    }
    assertTrue(block.startsWith("v"), block);
    WebElement canvas = browser.find("#memory-canvas");
    new Actions(browser.driver()).dragAndDropBy(canvas, 80, 80).perform();
    browser.value("tasks.memory.now()");
    assertEquals(before, browser.value(whole), "all of it is shown, there is nowhere to move to");
    wheel("memory", x, 0);
    browser.value("tasks.memory.now()");
    assertNotEquals(before, browser.value(whole));
    assertEquals(block, note("memory", x + 1, 0), "what is pointed at stays there");
    String above = note("memory", x + 1, -90);
    new Actions(browser.driver()).dragAndDropBy(canvas, 60, 90).perform();
    assertEquals(block, note("memory", x + 61, 90));
    assertEquals(above, note("memory", x + 61, 0));
    canvas.sendKeys("f");
    browser.value("tasks.memory.now()");
    assertEquals(before, browser.value(whole));
    browser.assertCalm();
  }

  @Test
  void theTimelineIsZoomedWhereOnePoints() throws IOException {
    open();
    browser.find("body").sendKeys("4");
    browser.await(colours("timeline-canvas") + " > 20");
    String task = note("timeline", 0, -100);
    assertTrue(task.startsWith("task 2"), task);
    wheel("timeline", 0, -100);
    assertEquals(task, note("timeline", 1, -100));
    new Actions(browser.driver()).dragAndDropBy(browser.find("#timeline-canvas"), 200, 0).perform();
    assertEquals(task, note("timeline", 200, -100));
    assertNotEquals(task, note("timeline", 0, -100));
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
}
