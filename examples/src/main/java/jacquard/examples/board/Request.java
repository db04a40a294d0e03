package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import jacquard.examples.board.Gate.RefusedException;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A request to be answered, once.
///
/// @param query parameters by name, decoded
record Request(HttpExchange exchange, Map<String, List<String>> query) {
  private static final int MOST_BODY = 1 << 16;

  /// Everything comes from this server, nothing is kept, and nobody else may show or read it.
  private static final Map<String, String> HEADERS =
      Map.of(
          "Content-Security-Policy",
          "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
              + " 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
          "Cache-Control",
          "no-store",
          "Referrer-Policy",
          "no-referrer",
          "X-Content-Type-Options",
          "nosniff",
          "X-Frame-Options",
          "DENY",
          "Cross-Origin-Resource-Policy",
          "same-origin",
          "Cross-Origin-Opener-Policy",
          "same-origin");

  static Request of(HttpExchange exchange) {
    HEADERS.forEach(exchange.getResponseHeaders()::set);
    Map<String, List<String>> query = new LinkedHashMap<>();
    String raw = exchange.getRequestURI().getRawQuery();
    if (raw != null) {
      for (String pair : raw.split("&", -1)) {
        int at = pair.indexOf('=');
        String name = decoded(at < 0 ? pair : pair.substring(0, at));
        query
            .computeIfAbsent(name, n -> new ArrayList<>())
            .add(at < 0 ? "" : decoded(pair.substring(at + 1)));
      }
    }
    return new Request(exchange, query);
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new RefusedException(400, "a parameter is not percent-encoded as it should be");
    }
  }

  /// The value of a parameter that must be there once.
  ///
  /// @throws RefusedException if it isn't
  String parameter(String name) {
    List<String> values = query.getOrDefault(name, List.of());
    if (values.size() != 1) {
      throw new RefusedException(
          400, "parameter " + name + " is there " + values.size() + " times, expected once");
    }
    return values.getFirst();
  }

  /// A parameter that is a finite number.
  ///
  /// @throws RefusedException if it isn't
  double number(String name) {
    String text = parameter(name);
    try {
      double value = Double.parseDouble(text);
      if (Double.isFinite(value)) {
        return value;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw new RefusedException(400, "parameter " + name + " is '" + text + "', expected a number");
  }

  /// A parameter that is a whole number of 0 or more.
  ///
  /// @throws RefusedException if it isn't
  long whole(String name) {
    String text = parameter(name);
    if (!text.matches("\\d{1,18}")) {
      throw new RefusedException(
          400, "parameter " + name + " is '" + text + "', expected a whole number");
    }
    return Long.parseLong(text);
  }

  /// What was sent along, as JSON.
  ///
  /// @throws RefusedException if it is too long
  /// @throws FormatException if it isn't JSON
  Json body() throws IOException {
    byte[] bytes = exchange.getRequestBody().readNBytes(MOST_BODY + 1);
    if (bytes.length > MOST_BODY) {
      throw new RefusedException(
          413, "the request has more than " + MOST_BODY + " bytes; shorten the text");
    }
    return Json.parse(new String(bytes, UTF_8), "request");
  }

  void json(Json value) throws IOException {
    bytes("application/json", value.toString().getBytes(UTF_8));
  }

  /// A line for people to read.
  void line(int status, @Nullable String text) throws IOException {
    send(status, "text/plain; charset=utf-8", (text + "\n").getBytes(UTF_8));
  }

  void bytes(String type, byte[] content) throws IOException {
    send(200, type, content);
  }

  private void send(int status, String type, byte[] content) throws IOException {
    exchange.getResponseHeaders().set("Content-Type", type);
    boolean empty = content.length == 0 || isHead();
    exchange.sendResponseHeaders(status, empty ? -1 : content.length);
    if (!empty) {
      exchange.getResponseBody().write(content);
    }
    exchange.close();
  }

  /// Whether only the head of the answer is asked for.
  boolean isHead() {
    return exchange.getRequestMethod().equals("HEAD");
  }

  /// What is written there is sent piece by piece, whenever it is flushed.
  OutputStream stream(String type) throws IOException {
    Headers headers = exchange.getResponseHeaders();
    headers.set("Content-Type", type);
    exchange.sendResponseHeaders(200, 0);
    return exchange.getResponseBody();
  }

  /// Whether the answer has begun.
  boolean isAnswered() {
    return exchange.getResponseCode() != -1;
  }
}
