package jacquard.examples.explain;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The page of `explain --html` in a browser.
class PageTest {
  private static final int NODES = 5000;

  @TempDir Path temp;

  /// A graph of 5,000 nodes in 100 layers, a chain with links to a node some steps before, and 500
  /// tasks of ten operations each.
  private static String data() {
    StringBuilder operations = new StringBuilder();
    StringBuilder tasks = new StringBuilder();
    StringBuilder blocks = new StringBuilder();
    for (int i = 0; i < NODES; i++) {
      String sources = i == 0 ? "" : i < 7 ? "" + (i - 1) : (i - 1) + "," + (i - 7);
      String role = i == 0 ? "input" : i < NODES / 2 ? "forward" : "gradient";
      operations.append(
          "%s[\"op%d\",\"f32[%d]\",\"blocks.%d.fc\",\"Layer.forward(Layer.java:%d)\",\"Main.main(Main.java:1)\",\"%s\",[%s],[%d]]"
              .formatted(i == 0 ? "" : ",", i, i, i / 50, i, role, sources, i / 10));
    }
    for (int t = 0; t < NODES / 10; t++) {
      StringBuilder own = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        own.append(i == 0 ? "" : ",").append(10 * t + i);
      }
      tasks.append(
          "%s{\"label\":\"loop\",\"text\":\"loop %d \\u003cscript>\",\"layer\":\"blocks.%d.fc\",\"operations\":[%s],\"ends\":[[%d,%d,\"it is <b>so</b>\"]],\"flops\":10,\"bytes\":40,\"us\":%d,\"share\":0.5,\"limit\":\"L2\",\"code\":[0,1,2]}"
              .formatted(t == 0 ? "" : ",", t, t / 5, own, t, t + 1, t % 17 + 1));
      blocks.append(
          "%s[%d,\"f32\",%d,1000,%d,%d]".formatted(t == 0 ? "" : ",", t, t % 9 * 1000, t, t + 3));
    }
    return ("{\"title\":\"a test\",\"device\":\"cpu\",\"operations\":[%s],\"tasks\":[%s],\"blocks\":[%s],\"arena\":9000,"
            + "\"stages\":[{\"name\":\"fusion\",\"before\":\"3\",\"after\":\"2\",\"notes\":[\"one\"]}],\"codes\":[\"java\",\"opencl\",\"cuda\"]}")
        .formatted(operations, tasks, blocks);
  }

  @Test
  void fiveThousandNodesStayQuick() throws IOException {
    Path page = temp.resolve("page.html");
    Files.writeString(page, Walkthrough.page(data()));
    try (Browser browser = Browser.start()) {
      browser.open(page.toUri().toString());
      browser.await("window.jacquard && jacquardSpeed.draw !== undefined");
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
  }

  @Test
  void everyViewOpensByKey() throws IOException {
    Path page = temp.resolve("page.html");
    Files.writeString(page, Walkthrough.page(data()));
    try (Browser browser = Browser.start()) {
      browser.open(page.toUri().toString());
      browser.await("window.jacquard");
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
      assertTrue(kernel.contains("v16 is read by task 17: it is <b>so</b>"), kernel);
      for (String code : new String[] {"java", "opencl", "cuda"}) {
        assertTrue(kernel.contains(code), code);
      }
      assertEquals(
          "16", browser.find("tbody tr").getDomAttribute("data-task"), "the slowest is first");
      browser.assertCalm();
    }
  }
}
