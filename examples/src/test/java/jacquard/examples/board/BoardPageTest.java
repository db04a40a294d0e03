package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;
import org.openqa.selenium.WebElement;

/// The board in a browser, with runs that are written by hand.
class BoardPageTest {
  @TempDir Path temp;

  @Test
  void runsAppearAsTheyBeginAndCurvesGrow() throws IOException {
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address());
      browser.await("document.getElementById('none').hidden === false");
      assertTrue(browser.find("#none").getText().contains("no runs yet"));
      WrittenRun run =
          WrittenRun.of(temp.resolve("<i>first"), "gpt", 100, "2026-01-01").line(0, 4).line(10, 3);
      browser.await("window.board.points('loss') === 2");
      assertTrue(browser.find("#runs").getText().contains("<i>first"), "text is text");
      run.line(20, 2).line(30, 1);
      browser.await("window.board.points('loss') === 4");
      run.warning(30, "mode <b>collapse</b>?");
      browser.await("document.querySelectorAll('#warnings li').length === 1");
      assertEquals("step 30 mode <b>collapse</b>?", browser.find("#warnings").getText());
      run.warning(40, "dead ReLUs?");
      browser.await("document.querySelectorAll('#warnings li').length === 2");
      assertEquals("step 40 dead ReLUs?", browser.find("#warnings li").getText(), "the last first");
      assertTrue(browser.find("#runs").getText().contains("2 warnings"));
      WrittenRun.of(temp.resolve("second"), "vae", 100, "2026-02-01").line(5, 4);
      browser.await("window.board.points('loss') === 5");
      assertEquals(2, browser.all("#runs input:checked").size());
      browser.find("body").sendKeys("x");
      browser.await("window.board.points('loss') !== 5");
      browser.find("body").sendKeys("k");
      assertTrue(browser.find("#runs li.current").getText().contains("second"));
      assertFalse(browser.find("#warnings").isDisplayed(), "it has none");
      browser.assertCalm();
    }
  }

  @Test
  void everythingHasAKey() throws IOException {
    WrittenRun.of(temp.resolve("text"), "gpt", 100, "2026-02-01")
        .line(10, 3)
        .sample(5, "five \ud83e\uddf5")
        .sample(10, "ten");
    WrittenRun.of(temp.resolve("picture"), "gan", 100, "2026-01-01").line(10, 3);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address());
      browser.await("document.querySelectorAll('#runs li').length === 2");
      String[] screens = {"curves", "samples", "weights", "prompt", "attention", "latent"};
      for (int i = 0; i < screens.length; i++) {
        browser.find("body").sendKeys(String.valueOf(i + 1));
        assertTrue(browser.find("#" + screens[i]).isDisplayed(), screens[i]);
      }
      assertTrue(
          browser.find("#latent").getText().contains("only a vae has a latent space"),
          browser.find("#latent")::getText);
      browser.find("body").sendKeys("2");
      browser.await("document.querySelector('#sample pre')?.textContent === 'ten'");
      browser.find("body").sendKeys("[");
      browser.await("document.querySelector('#sample pre')?.textContent.startsWith('five ')");
      assertEquals("five \ud83e\uddf5", browser.find("#sample pre").getText());
      new WrittenRun(temp.resolve("text")).sample(15, "fifteen").line(15, 1);
      browser.await("document.getElementById('samples-step').max === '2'");
      assertEquals("5", browser.find("#samples-at").getText(), "who looks at a step stays there");
      browser.find("body").sendKeys("j");
      assertTrue(browser.find("#runs li.current").getText().contains("picture"));
      browser.find("body").sendKeys("/");
      browser.find("#search").sendKeys("tex", Keys.ESCAPE);
      assertEquals(1, browser.all("#runs li").size());
      browser.find("body").sendKeys("?");
      assertTrue(browser.find("#help").isDisplayed());
      assertTrue(browser.find("#keys").getText().contains("the next run"));
      browser.find("#help button").sendKeys(Keys.ESCAPE);
      assertFalse(browser.find("#help").isDisplayed());
      browser.assertCalm();
    }
  }

  @Test
  void theRunThatTheAddressNamesIsShown() throws IOException {
    WrittenRun.of(temp.resolve("newer"), "gan", 100, "2026-02-01").line(5, 2);
    WrittenRun.of(temp.resolve("older"), "gpt", 100, "2026-01-01").line(5, 3).line(6, 3);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address() + "#curves/older");
      browser.await("window.board.points('loss') === 2");
      assertEquals(1, browser.all("#runs input:checked").size());
      assertTrue(browser.find("#runs li:has(:checked)").getText().contains("older"));
      Map<String, Double> values = new LinkedHashMap<>();
      for (String name : List.of("class/0", "class/1", "ms", "entropy")) {
        values.put(name, 0.5);
      }
      new WrittenRun(temp.resolve("older")).line(7, values);
      // What a run is judged by first, and parts that are many last.
      browser.await(
          "[...document.querySelectorAll('#charts h2')].map(h => h.textContent).join()"
              + " === 'loss,entropy,ms,class/0,class/1'");
      browser.assertCalm();
    }
  }

  @Test
  void picturesAreShownStepByStep() throws IOException {
    WrittenRun run =
        WrittenRun.of(temp.resolve("gan"), "gan", 100, "2026-01-01")
            .line(10, 3)
            .picture("samples/step-10", 10)
            .picture("samples/step-20", 20)
            .picture("loss", 30);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address() + "#samples/gan");
      browser.await(width("#sample") + " === 20");
      assertEquals("20", browser.find("#samples-at").getText());
      browser.await(width("#pictures") + " === 30");
      assertEquals("loss", browser.find("#pictures figcaption").getText());
      WebElement slider = browser.find("#samples-step");
      slider.sendKeys(Keys.ARROW_LEFT);
      browser.await(width("#sample") + " === 10");
      assertEquals(
          "what the model drew after 10 steps", browser.find("#sample img").getDomAttribute("alt"));
      slider.sendKeys(Keys.ARROW_RIGHT);
      browser.await(width("#sample") + " === 20");
      run.picture("samples/step-30", 40).line(30, 2);
      browser.await(width("#sample") + " === 40");
      assertEquals("30", browser.find("#samples-at").getText(), "who looks at the last one stays");
      browser.assertCalm();
    }
  }

  /// An expression for the pixels from left to right of a picture that has arrived.
  private static String width(String in) {
    return "(document.querySelector('%s img')?.complete ? document.querySelector('%s img').naturalWidth : 0)"
        .formatted(in, in);
  }

  @Test
  void theDarkThemeIsDrawnToo() throws IOException {
    WrittenRun.of(temp.resolve("run"), "gpt", 100, "2026-01-01").line(0, 3).line(10, 3).line(20, 1);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address());
      browser.prefers("light");
      browser.await("window.board.points('loss') === 3");
      browser.await(pixels("0f6bb5") + " > 50");
      assertEquals("rgb(255, 255, 255)", browser.colour("body"));
      assertEquals(0, browser.number(pixels("60a5fa")));
      browser.prefers("dark");
      browser.await(pixels("60a5fa") + " > 50");
      assertEquals("rgb(20, 22, 26)", browser.colour("body"));
      assertEquals("rgb(29, 32, 38)", browser.colour("aside"));
      assertEquals(0, browser.number(pixels("0f6bb5")), "none is left of the light curve");
      browser.assertCalm();
    }
  }

  /// An expression for the pixels of the first chart that have a colour, nearly.
  private static String pixels(String colour) {
    return """
    (() => {
      const from = document.querySelector('#charts canvas'), want = parseInt('%s', 16);
      if (!from?.width) return 0;
      const to = document.createElement('canvas'); // reading the page's own slows it down
      to.width = from.width;
      to.height = from.height;
      const g = to.getContext('2d');
      g.drawImage(from, 0, 0);
      const is = g.getImageData(0, 0, to.width, to.height).data;
      let n = 0;
      for (let i = 0; i < is.length; i += 4)
        if (is[i + 3] > 200 && [16, 8, 0].every((shift, k) => Math.abs(is[i + k] - (want >> shift & 255)) < 4)) n++;
      return n;
    })()\
    """
        .formatted(colour);
  }
}
