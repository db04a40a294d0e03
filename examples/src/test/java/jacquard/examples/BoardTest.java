package jacquard.examples;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `jacquard board` from the command line.
class BoardTest {
  @TempDir Path temp;

  @Test
  void whatCannotBeServedIsOneLine() throws IOException {
    Path file = Files.createFile(temp.resolve("file"));
    Path none = temp.resolve("none");
    refused(none + ": no such folder, expected one that holds runs, or a run", none.toString());
    refused(file + ": is a file, expected one that holds runs, or a run", file.toString());
    refused("--port is 70000, expected 0 to 65535", temp.toString(), "--port", "70000");
    refused("--port is -1, expected 0 to 65535", temp.toString(), "--port", "-1");
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      Result result = Shell.jacquard("board", temp.toString(), "--port", port);
      assertEquals(2, result.exit());
      assertEquals(1, result.err().size(), result::toString);
      assertTrue(
          result.err().getFirst().contains("--port is " + port + ", which can't be had"),
          result::toString);
    }
  }

  private static void refused(String line, String... arguments) {
    Result result = Shell.jacquard(Shell.join(List.of("board"), arguments));
    assertEquals(2, result.exit(), result::toString);
    assertEquals(List.of("jacquard board: " + line), result.err());
  }

  @Test
  void halfARequestIsGivenUpAndEventsGoOn() throws IOException {
    try (JavaProcess board = JavaProcess.start(temp, List.of("board", temp.toString()))) {
      URI address = URI.create(board.out().readLine().substring("board: ".length()));
      try (Socket events = open(address);
          Socket half = open(address)) {
        String request =
            "GET " + address.getPath() + "events HTTP/1.1\r\nHost: " + address.getAuthority();
        events.getOutputStream().write((request + "\r\n\r\n").getBytes(US_ASCII));
        BufferedReader lines =
            new BufferedReader(new InputStreamReader(events.getInputStream(), US_ASCII));
        awaitLine(lines, "data: {\"order\":[],\"changed\":[]}");
        half.getOutputStream().write("GET /x HT".getBytes(US_ASCII));
        assertEquals(-1, half.getInputStream().read(), "closed without an answer");
        Files.writeString(
            Files.createDirectory(temp.resolve("later")).resolve("config.json"), "{}");
        awaitLine(lines, "\"id\":\"later\"");
      }
    }
  }

  private static Socket open(URI address) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), address.getPort());
    socket.setSoTimeout(60_000);
    return socket;
  }

  private static void awaitLine(BufferedReader lines, String part) throws IOException {
    String line;
    do {
      line = lines.readLine();
      assertNotNull(line, "ended before " + part);
    } while (!line.contains(part));
  }

  @Test
  void ctrlCEndsItWell() throws IOException, InterruptedException {
    JavaProcess.assumeSignals("INT");
    // without a folder `runs` yet
    try (JavaProcess board = JavaProcess.start(temp, List.of("board"))) {
      board.awaitLine("board: http://127.0.0.1:");
      board.awaitLine("Ctrl-C ends it");
      board.signal("INT");
      assertEquals(List.of(), board.rest());
      assertEquals(0, board.exit());
    }
  }
}
