package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.net.httpserver.Headers;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/// Decides which requests are answered: those that know the address, token included, and that come
/// from the board's own page or from whoever opened that.
///
/// Any page that a browser shows may send requests to this machine, under any name that its owner
/// points here. So the name asked for must be this machine's, the path must begin with a token that
/// only the printed address has, and what the browser says of the sender must be this server.
///
/// @see <a href="https://fetch.spec.whatwg.org/#origin-header">Origin</a>
/// @see <a href="https://www.w3.org/TR/fetch-metadata/">Sec-Fetch-Site</a>
final class Gate {
  private static final int TOKEN_BYTES = 18;

  /// No percent sign: none of the board's paths needs one, so nothing can hide behind it.
  private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9/_.-]*");

  private final String token;
  private final Set<String> hosts;

  /// A request that isn't answered; its message is a line for people.
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1;
    private final int status;

    /// @param status of HTTP
    RefusedException(int status, String line) {
      super(line);
      this.status = status;
    }

    int status() {
      return status;
    }
  }

  private Gate(String token, Set<String> hosts) {
    this.token = token;
    this.hosts = hosts;
  }

  /// With a new token.
  static Gate at(int port) {
    byte[] random = new byte[TOKEN_BYTES];
    new SecureRandom().nextBytes(random);
    return new Gate(
        Base64.getUrlEncoder().withoutPadding().encodeToString(random),
        Set.of("127.0.0.1:" + port, "localhost:" + port, "[::1]:" + port));
  }

  /// What the page's path begins with and ends with.
  String root() {
    return "/" + token + "/";
  }

  /// The part of the path behind the token; empty for the page itself.
  ///
  /// @param path as it was sent
  /// @throws RefusedException if the request isn't one to be answered
  String pass(String path, Headers headers) {
    requireOwn(headers);
    if (!PLAIN.matcher(path).matches() || path.contains("..") || path.contains("//")) {
      throw new RefusedException(400, "the path is none of the board's");
    }
    int end = path.indexOf('/', 1);
    String first = path.substring(Math.min(1, path.length()), end < 0 ? path.length() : end);
    if (!MessageDigest.isEqual(first.getBytes(US_ASCII), token.getBytes(US_ASCII))) {
      throw new RefusedException(
          403, "the address has no valid token; take the one that jacquard board printed");
    }
    if (end < 0) {
      throw new RefusedException(404, "the address ends with a slash");
    }
    return path.substring(end + 1);
  }

  private void requireOwn(Headers headers) {
    String host = single(headers, "Host");
    if (!hosts.contains(host.toLowerCase(Locale.ROOT))) {
      throw new RefusedException(421, "the request is for another host than this machine");
    }
    String origin = single(headers, "Origin");
    if (!origin.isEmpty() && !origin.equalsIgnoreCase("http://" + host)) {
      throw new RefusedException(403, "the request comes from another page");
    }
    String site = single(headers, "Sec-Fetch-Site");
    boolean opened =
        single(headers, "Sec-Fetch-Mode").equals("navigate")
            && single(headers, "Sec-Fetch-Dest").equals("document");
    if (!site.isEmpty() && !site.equals("same-origin") && !site.equals("none") && !opened) {
      throw new RefusedException(403, "the request comes from another page");
    }
  }

  /// The value of a header; empty if it isn't there, and of no use if it is there twice.
  private static String single(Headers headers, String name) {
    List<String> values = headers.getOrDefault(name, List.of());
    return String.join("\n", values);
  }
}
