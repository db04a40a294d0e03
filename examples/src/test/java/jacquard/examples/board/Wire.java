package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;

/// Talks to a server byte by byte: clients of the JDK send no foreign Host and no `..`.
record Wire(Socket socket, BufferedReader in) implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 60_000;

  /// @param status of HTTP
  /// @param head all header lines
  record Answer(int status, String head, String body) {}

  /// Sends a request as it is.
  ///
  /// @param more header lines, each with its line end; `Host` among them unless it is to be missing
  static Wire open(int port, String line, String more, String body) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    String length = body.isEmpty() ? "" : "Content-Length: " + body.getBytes(UTF_8).length + "\r\n";
    socket
        .getOutputStream()
        .write((line + " HTTP/1.1\r\n" + more + length + "\r\n").getBytes(UTF_8));
    socket.getOutputStream().write(body.getBytes(UTF_8));
    return new Wire(
        socket, new BufferedReader(new InputStreamReader(socket.getInputStream(), UTF_8)));
  }

  static Answer ask(int port, String line, String more, String body) throws IOException {
    try (Wire wire = open(port, line, more + "Connection: close\r\n", body)) {
      StringBuilder head = new StringBuilder();
      int status = wire.head(head);
      StringBuilder text = new StringBuilder();
      for (int c = wire.in.read(); c >= 0; c = wire.in.read()) {
        text.append((char) c);
      }
      return new Answer(status, head.toString(), text.toString());
    }
  }

  /// Asks as a browser does that was given the address.
  static Answer get(BoardServer server, String path) throws IOException {
    URI root = URI.create(server.address());
    return ask(root.getPort(), "GET " + root.getPath() + path, host(root), "");
  }

  static Answer post(BoardServer server, String path, String body) throws IOException {
    URI root = URI.create(server.address());
    return ask(root.getPort(), "POST " + root.getPath() + path, host(root), body);
  }

  /// Begins to ask, and reads the head of the answer.
  static Wire begin(BoardServer server, String method, String path, String body)
      throws IOException {
    URI root = URI.create(server.address());
    Wire wire = open(root.getPort(), method + " " + root.getPath() + path, host(root), body);
    wire.head(new StringBuilder());
    return wire;
  }

  static String host(URI root) {
    return "Host: " + root.getAuthority() + "\r\n";
  }

  private int head(StringBuilder head) throws IOException {
    String first = String.valueOf(in.readLine());
    for (String line = in.readLine(); line != null && !line.isEmpty(); line = in.readLine()) {
      head.append(line).append('\n');
    }
    return Integer.parseInt(first.split(" ")[1]);
  }

  /// Reads up to a line that begins so.
  String await(String begin) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      if (line.startsWith(begin)) {
        return line;
      }
    }
    throw new AssertionError("the server ended before a line '" + begin + "'");
  }

  /// Whether the server has ended the connection, when it has.
  boolean ends() throws IOException {
    while (in.readLine() != null) {
      // reads on
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
