package jacquard.examples.web;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FetchesTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "<link rel=icon>",
        "<p background=a.png>",
        "<a href='x'>",
        "a.href = other;",
        "p { background: url(a.png) }",
        "@import 'a.css';",
        "await fetch('a')",
        "new XMLHttpRequest()",
        "import('./a.js')",
        "import { a } from './a.js'",
        "new Worker('a.js')",
        "new EventSource('a')",
        "navigator.sendBeacon('a')",
        "new Image()",
        "picture.src = 'a.png'",
        "'https://example.org'",
      })
  void whatAsksForMoreIsFound(String part) {
    assertEquals(1, Fetches.in("<!doctype html>" + part).size(), part);
  }

  @Test
  void whatIsInsideIsNot() {
    assertEquals(
        List.of(),
        Fetches.in(
            "<a href=\"#here\">important</a><script>a.href = \"#\"; const source = 1;</script>"
                + "<script type=\"application/json\" id=\"data\">[\"fetch\", \"url(\"]</script>"));
  }
}
