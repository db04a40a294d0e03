package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The board in a browser, when another run is chosen while an answer is on its way.
class BoardSwitchPageTest {
  /// Answers to some questions wait for `release()`; `asked` are the questions, `answered` those
  /// whose answers were looked at.
  private static final String HOLD =
      """
      (() => {
        const own = window.fetch;
        window.asked = [];
        window.held = [];
        window.answered = [];
        window.fetch = async (path, options) => {
          asked.push(path);
          if (["weights", "latent", "attention"].some(name => path.split("?")[0] === name)) {
            await new Promise(go => held.push(go));
          }
          const answer = await own(path, options), json = answer.json.bind(answer);
          answer.json = async () => {
            const value = await json();
            setTimeout(() => answered.push(path.split("?")[0]));
            return value;
          };
          return answer;
        };
        window.release = () => { for (const go of held.splice(0)) go(); return true; };
        return true;
      })()\
      """;

  @TempDir Path temp;

  private static void go(Browser browser, String screen, String run) {
    browser.value("(location.hash = '#" + screen + "/" + run + "')");
    browser.await(
        "window.board.state.current === '"
            + run
            + "' && !document.getElementById('"
            + screen
            + "').hidden");
  }

  @Test
  void answersAreOfTheRunThatWasAsked() throws IOException {
    TrainedRuns.write(temp);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address() + "#weights/gpt");
      browser.await("document.querySelectorAll('#spreads canvas').length === 4");
      browser.value(HOLD);

      go(browser, "weights", "vae");
      assertEquals("reading \u2026", browser.find("#weights .note").getText());
      assertEquals(0, browser.all("#parameters tr").size(), "none of the run before");
      assertEquals(0, browser.all("#spreads canvas").size());
      browser.await("held.length === 1");
      go(browser, "curves", "gpt");
      browser.value("release()");
      browser.await("asked.filter(path => path.startsWith('spread')).length === 2");
      assertEquals(
          true,
          browser.value(
              "asked.filter(p => p.startsWith('spread')).every(p => p.includes('run=vae'))"));
      go(browser, "weights", "vae");
      browser.await("document.querySelectorAll('#spreads canvas').length === 4");
      assertTrue(
          browser.number("document.querySelector('#spreads canvas').width") > 100, "is painted");

      go(browser, "latent", "vae");
      browser.await("held.length === 1");
      go(browser, "curves", "gpt");
      browser.value("release()");
      browser.await("document.getElementById('drawn').dataset.place === '0 0'");
      assertEquals(
          true,
          browser.value(
              "asked.filter(p => p.startsWith('drawn')).every(p => p.includes('run=vae'))"));

      go(browser, "attention", "gpt");
      browser.await("document.getElementById('attention-checkpoint').options.length > 4");
      browser.find("#attention-text").sendKeys("abcd", Keys.ENTER);
      browser.await("held.length === 1");
      go(browser, "attention", "mlm");
      browser.value("release()");
      browser.await("answered.includes('attention')");
      assertEquals(
          true, browser.value("document.getElementById('attended').hidden"), "of another run");
      browser.assertCalm();
    }
  }
}
