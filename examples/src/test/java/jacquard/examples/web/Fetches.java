package jacquard.examples.web;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// What would make a browser ask for more than the page itself.
public final class Fetches {
  private static final Pattern DATA =
      Pattern.compile("<script type=\"application/json\".*?</script>", Pattern.DOTALL);

  private static final Pattern FETCH =
      Pattern.compile(
          String.join(
              "|",
              // markup
              "<(?:link|img|iframe|frame|object|embed|video|audio|source|base)\\b",
              "\\b(?:src|srcset|poster|action|ping|background)\\s*=\\s*[\"'\\w]",
              "\\bhref\\s*=\\s*+(?![\"']?#)",
              "http-equiv=\"refresh\"",
              "https?:",
              // styles
              "url\\(",
              "@import",
              "@font-face",
              // scripts
              "\\bfetch\\b",
              "XMLHttpRequest",
              "\\bimport\\b",
              "importScripts",
              "Worker\\b",
              "EventSource",
              "WebSocket",
              "sendBeacon",
              "\\bnew (?:Image|Audio|FontFace)\\b"));

  private Fetches() {}

  /// Places of a page's markup, style and scripts, a few letters each; none if all is inside. Its
  /// data, which nobody runs, may say anything.
  public static List<String> in(String page) {
    return FETCH
        .matcher(DATA.matcher(page).replaceAll(""))
        .results()
        .map(MatchResult::group)
        .toList();
  }
}
