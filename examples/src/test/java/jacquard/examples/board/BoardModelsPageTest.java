package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.Keys;

/// The board in a browser, with runs that were trained.
class BoardModelsPageTest {
  private static final String DRAWN = "document.getElementById('drawn').toDataURL()";

  @TempDir Path temp;

  @Test
  void curvesMoveWhileARunTrains() throws IOException, InterruptedException {
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address());
      browser.await("document.getElementById('none').hidden === false");
      Thread training =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  TrainedRuns.trainText(temp, "200");
                } catch (IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      browser.await("window.board.points('loss') > 0");
      double early = browser.number("window.board.points('loss')");
      assertTrue(early < 200, () -> "seen while it trains: " + early);
      browser.await("window.board.points('loss') > " + early);
      training.join();
      browser.await("window.board.points('loss') === 200");
      browser.await("document.getElementById('runs').textContent.includes('200 steps')");
      assertTrue(browser.find("#charts canvas").isDisplayed());
      browser.assertCalm();
    }
  }

  @Test
  void promptsAttentionWeightsAndLatentsAnswer() throws IOException {
    TrainedRuns.write(temp);
    try (BoardServer server = BoardServer.start(temp, 0);
        Browser browser = Browser.start()) {
      browser.open(server.address() + "#prompt/gpt");
      browser.await("document.getElementById('prompt-checkpoint').options.length > 4");
      // Chromium's driver can't type a character of two
      browser.value("document.getElementById('prompt-text').value = 'a\ud83e\uddf5b'");
      browser.find("#prompt-length").clear();
      browser.find("#prompt-length").sendKeys("30");
      browser.find("#prompt-text").sendKeys(Keys.chord(Keys.CONTROL, Keys.ENTER));
      browser.await("document.querySelector('#prompt .note').textContent.startsWith('written in')");
      assertTrue(browser.find("#written").getText().startsWith("a\ud83e\uddf5b"));
      browser.find("#prompt-length").clear();
      browser.find("#prompt-length").sendKeys("1000000");
      browser.find("#prompt-write").click();
      browser.await("document.getElementById('written').textContent.length > 20");
      double length = browser.number("document.getElementById('written').textContent.length");
      browser.await("document.getElementById('written').textContent.length > " + length);
      browser.find("#prompt-stop").click();
      browser.await("document.querySelector('#prompt .note').textContent === 'stopped'");
      assertTrue(browser.find("#prompt-write").isEnabled());

      browser.find("body").sendKeys(Keys.ESCAPE, "5");
      browser.find("#attention-text").sendKeys("abcd", Keys.ENTER);
      browser.await("document.querySelectorAll('#heads button').length === 2");
      assertEquals(4, browser.all("#tokens button").size());
      browser.find("#tokens button").click();
      assertTrue(
          browser.find("#looks").getText().contains("looks at: 0 'a' 100 %"),
          browser.find("#looks")::getText);

      browser.find("body").sendKeys("3");
      browser.await("document.querySelectorAll('#spreads canvas').length === 4");
      assertTrue(browser.find("#parameters").getText().contains("blocks.0.attention.qkv"));

      browser.open(server.address() + "#latent/vae");
      browser.await("document.getElementById('drawn').dataset.place === '0 0'");
      Object before = browser.value(DRAWN);
      browser.find("#latent-x").sendKeys(Keys.END);
      browser.await("document.getElementById('drawn').dataset.place?.startsWith('0 ') === false");
      Object right = browser.value(DRAWN);
      assertNotEquals(before, right);
      browser.find("#latent-y").sendKeys(Keys.END);
      browser.await("document.getElementById('drawn').dataset.place?.endsWith(' 0') === false");
      assertNotEquals(right, browser.value(DRAWN));
      assertEquals(
          browser.value("document.getElementById('latent-y').max"),
          browser.value("document.getElementById('drawn').dataset.place.split(' ')[1]"));
      browser.find("#plane").click();
      browser.await("document.getElementById('drawn').dataset.place?.startsWith('0 ') === true");
      assertFalse(browser.find("#latent-class").isDisplayed(), "the model has no classes");
      browser.assertCalm();
      assertHalfAnAnswerIsSaid(browser, server);
    }
  }

  /// What was written is shown, and that it is not all.
  private static void assertHalfAnAnswerIsSaid(Browser browser, BoardServer server) {
    String gone = "document.querySelector('#prompt .note').textContent.includes('still running?')";
    browser.open(server.address() + "#prompt/gpt");
    browser.await("!document.getElementById('prompt').hidden");
    browser.value(
        "(window.own = window.fetch, window.fetch = async () => new Response('{\"text\": \"ab\"}\\n{\"te'), true)");
    browser.find("#prompt-write").click();
    browser.await(gone);
    assertEquals("ab", browser.find("#written").getText());
    assertTrue(browser.find("#prompt-write").isEnabled());

    browser.value("(window.fetch = window.own, true)");
    browser.find("#prompt-length").clear();
    browser.find("#prompt-length").sendKeys("1000000");
    browser.find("#prompt-write").click();
    browser.await("document.getElementById('written').textContent.length > 20");
    server.close();
    browser.await(gone);
    assertTrue(browser.find("#written").getText().length() > 20, "what there is stays");
  }
}
