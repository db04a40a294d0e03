package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.Json;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.StreamHandler;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Whom the board answers, and with what; without a browser.
class BoardServerTest {
  @TempDir Path temp;

  private BoardServer server;
  private URI root;

  @BeforeEach
  void start() throws IOException {
    server = BoardServer.start(temp, 0);
    root = URI.create(server.address());
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private int status(String line, String headers) throws IOException {
    return Wire.ask(root.getPort(), line, headers, "").status();
  }

  private int status(String headers) throws IOException {
    return status("GET " + root.getPath(), headers);
  }

  @Test
  void onlyTheWholeAddressOpens() throws IOException {
    String own = Wire.host(root);
    assertEquals("127.0.0.1", root.getHost());
    assertEquals(200, status(own));
    String token = root.getPath().substring(1, root.getPath().length() - 1);
    assertTrue(token.length() >= 22, () -> "128 bits and more: " + token);
    assertEquals(404, status("GET /" + token, own), "without its slash");
    String other = (token.charAt(0) == 'a' ? 'b' : 'a') + token.substring(1);
    for (String path :
        List.of("/", "/" + other + "/", "/" + token.substring(1) + "/", "/x/" + token + "/")) {
      assertEquals(403, status("GET " + path, own), path);
      assertEquals(403, status("GET " + path + "events", own), path);
    }
    try (BoardServer second = BoardServer.start(temp, 0)) {
      assertNotEquals(root.getPath(), URI.create(second.address()).getPath());
    }
  }

  @Test
  void foreignHostsAreRefused() throws IOException {
    int port = root.getPort();
    for (String host :
        List.of(
            "evil.example:" + port,
            "evil.example",
            "127.0.0.1",
            "127.0.0.1:" + (port + 1),
            "127.0.0.1.evil.example:" + port)) {
      assertEquals(421, status("Host: " + host + "\r\n"), host);
    }
    assertEquals(200, status("Host: LocalHost:" + port + "\r\n"));
    assertTrue(status("") >= 400, "no host at all");
    assertTrue(status(Wire.host(root) + "Host: evil.example\r\n") >= 400, "two hosts");
  }

  @Test
  void otherPagesAreRefused() throws IOException {
    String own = Wire.host(root);
    assertEquals(200, status(own + "Origin: http://" + root.getAuthority() + "\r\n"));
    assertEquals(403, status(own + "Origin: http://evil.example\r\n"));
    assertEquals(403, status(own + "Origin: null\r\n"));
    assertEquals(403, status(own + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: no-cors\r\n"));
    assertEquals(403, status(own + "Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors\r\n"));
    assertEquals(200, status(own + "Sec-Fetch-Site: same-origin\r\n"));
    assertEquals(
        200,
        status(
            own
                + "Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate\r\n"
                + "Sec-Fetch-Dest: document\r\n"),
        "a link that somebody follows");
    assertFalse(
        Wire.get(server, "").head().toLowerCase(java.util.Locale.ROOT).contains("access-control"),
        "nobody else may read");
  }

  @Test
  void pathsThatLeadElsewhereAreRefused() throws IOException {
    Files.writeString(temp.resolve("secret"), "42");
    for (String path :
        List.of(
            "../secret",
            "uplot/../../secret",
            "%2e%2e/secret",
            "..%2fsecret",
            "uplot/..",
            "a//b",
            "%00")) {
      assertEquals(400, Wire.get(server, path).status(), path);
    }
    for (String path : List.of("secret", "board.class", "uplot/LICENSE", "BoardServer.class")) {
      assertEquals(404, Wire.get(server, path).status(), path);
    }
    assertEquals(400, status("GET /../secret", Wire.host(root)));
    WrittenRun.of(temp.resolve("run"), "gpt", 5, "2026-01-01");
    for (String run : List.of("..", "../run", "run/..", "run/", "%2Fetc", "run%00", "")) {
      assertEquals(404, Wire.get(server, "samples?run=" + run).status(), run);
    }
    assertEquals(404, Wire.get(server, "picture?run=run&name=../../secret").status());
    assertEquals(400, Wire.get(server, "samples?run=%zz").status());
    assertEquals(400, Wire.get(server, "samples").status());
    assertEquals(400, Wire.get(server, "samples?run=run&run=run").status());
    assertEquals(400, Wire.get(server, "sample?run=run&step=-1").status());
  }

  @Test
  void otherMethodsAreRefused() throws IOException {
    for (String method : List.of("POST", "PUT", "DELETE", "OPTIONS")) {
      Wire.Answer answer =
          Wire.ask(root.getPort(), method + " " + root.getPath(), Wire.host(root), "");
      assertEquals(405, answer.status(), method);
      assertTrue(answer.head().contains("Allow: GET"), answer::head);
    }
  }

  /// The JDK's server warns on the terminal of answers that say how much they would hold.
  @Test
  void whoAsksForTheHeadGetsNoMoreAndNothingIsSaidOfIt() throws IOException {
    List<String> said = new CopyOnWriteArrayList<>();
    Logger logger = Logger.getLogger("com.sun.net.httpserver");
    Handler handler =
        new StreamHandler() {
          @Override
          public void publish(LogRecord line) {
            said.add(line.getLevel() + " " + line.getMessage());
          }
        };
    logger.addHandler(handler);
    try {
      for (String path : List.of("", "board.js", "events", "nowhere")) {
        Wire.Answer head =
            Wire.ask(root.getPort(), "HEAD " + root.getPath() + path, Wire.host(root), "");
        assertEquals(path.equals("nowhere") ? 404 : 200, head.status(), path);
        assertEquals("", head.body());
      }
    } finally {
      logger.removeHandler(handler);
    }
    assertEquals(List.of(), said);
    assertEquals(405, status("HEAD " + root.getPath() + "write", Wire.host(root)));
  }

  @Test
  void whatIsSentMayNotBeKeptOrFramedOrMixed() throws IOException {
    for (String path : List.of("", "board.js", "nowhere")) {
      String head = Wire.get(server, path).head();
      for (String part :
          List.of(
              "default-src 'none'",
              "frame-ancestors 'none'",
              "script-src 'self'",
              "no-store",
              "no-referrer",
              "nosniff")) {
        assertTrue(head.contains(part), () -> path + ": " + part + "\n" + head);
      }
      assertFalse(head.contains("unsafe"), head);
    }
  }

  @Test
  void eventsTellOfRunsAndOfTheLinesOfThoseThatAreFollowed() throws IOException {
    try (Wire wire = Wire.begin(server, "GET", "events?run=run", "")) {
      assertEquals("data: {\"order\":[],\"changed\":[]}", wire.await("data:"), "no runs yet");
      WrittenRun run = WrittenRun.of(temp.resolve("run"), "gpt", 5, "2026-01-01").line(1, 0.5);
      String runs = wire.await("data: {\"order\":[\"run\"],\"changed\":[{\"id\":\"run\"");
      assertTrue(runs.contains("\"state\":\"stopped\""), runs);
      assertTrue(run.metrics().toFile().exists());
    }
    try (Wire wire = Wire.begin(server, "GET", "events?run=run&run=gone", "")) {
      assertEquals("event: lines", wire.await("event: lines"));
      assertEquals(
          "data: {\"run\":\"run\",\"anew\":true,\"lines\":[{\"step\":1,\"loss\":0.5}]}",
          wire.await("data:"),
          "all there is first");
      new WrittenRun(temp.resolve("run")).line(2, 0.25);
      wire.await("event: lines");
      assertEquals(
          "data: {\"run\":\"run\",\"anew\":false,\"lines\":[{\"step\":2,\"loss\":0.25}]}",
          wire.await("data:"),
          "then what is new");
    }
  }

  @Test
  void ofRunsOnlyThoseThatChangedAreToldAgain() throws IOException {
    WrittenRun.of(temp.resolve("old"), "gpt", 5, "2026-01-01");
    WrittenRun run = WrittenRun.of(temp.resolve("new"), "gpt", 5, "2026-02-01");
    try (Wire wire = Wire.begin(server, "GET", "events", "")) {
      assertEquals(List.of("new", "old"), told(wire), "all at first");
      run.line(1, 0.5);
      assertEquals(List.of("new"), told(wire));
      run.warning(1, "mode collapse?");
      assertEquals(List.of("new"), told(wire));
    }
  }

  /// Ids of the runs that are told next.
  private static List<String> told(Wire wire) throws IOException {
    Json data = Json.parse(wire.await("data:").substring(5), "event");
    assertEquals(2, data.field("order").items().size());
    List<String> ids = new ArrayList<>();
    for (Json run : data.field("changed").items()) {
      ids.add(run.field("id").asText());
    }
    return ids;
  }

  @Test
  @Timeout(60)
  void aFeedEndsWhenItsBrowserGoesAwayOrTheServerCloses() throws IOException {
    try (Wire wire = Wire.begin(server, "GET", "events", "")) {
      wire.await("data:");
      assertEquals(1, server.busy());
    }
    while (server.busy() > 0) {
      LockSupport.parkNanos(1_000_000);
    }
    try (Wire wire = Wire.begin(server, "GET", "events", "")) {
      wire.await("data:");
      server.close();
      assertTrue(wire.ends());
    }
  }

  @Test
  @Timeout(60)
  void whoSendsHalfARequestHoldsAThreadOnlyUpToALimit() throws IOException, InterruptedException {
    int more = 20;
    CountDownLatch closed = new CountDownLatch(more);
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < BoardServer.MOST_ANSWERED + more; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), root.getPort());
        sockets.add(socket);
        socket.getOutputStream().write("GET /x HT".getBytes(US_ASCII));
        Thread.ofVirtual().start(() -> awaitEnd(socket, closed));
      }
      assertTrue(closed.await(20, TimeUnit.SECONDS), () -> "too few: " + closed.getCount());
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
    while (!isAnswered()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  private static void awaitEnd(Socket socket, CountDownLatch closed) {
    try {
      socket.getInputStream().read();
    } catch (IOException e) {
      // closed, too
    }
    closed.countDown();
  }

  private boolean isAnswered() {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), root.getPort())) {
      String request = "GET " + root.getPath() + " HTTP/1.1\r\n" + Wire.host(root) + "\r\n";
      socket.getOutputStream().write(request.getBytes(US_ASCII));
      return socket.getInputStream().read() == 'H';
    } catch (IOException e) {
      return false;
    }
  }

  @Test
  void samplesAreListedAndSent() throws IOException {
    WrittenRun run =
        WrittenRun.of(temp.resolve("run"), "gpt", 50, "2026-01-01")
            .sample(9, "nine")
            .sample(10, "t\u00e9n \ud83e\uddf5");
    Json list = Json.parse(Wire.get(server, "samples?run=run").body(), "samples");
    assertEquals(Json.of(9, 10), list.field("steps"));
    assertEquals("t\u00e9n \ud83e\uddf5", Wire.get(server, "sample?run=run&step=10").body());
    assertEquals(404, Wire.get(server, "sample?run=run&step=11").status());
    Files.createDirectory(run.path().resolve("samples/step-11.txt"));
    Wire.Answer folder = Wire.get(server, "sample?run=run&step=11");
    assertEquals(500, folder.status());
    assertTrue(folder.body().startsWith("can't be read: "), folder::body);
    Files.writeString(temp.resolve("secret"), "42");
    Files.createSymbolicLink(
        run.path().resolve("samples/step-12.txt"), temp.resolve("secret").toAbsolutePath());
    Wire.Answer answer = Wire.get(server, "sample?run=run&step=12");
    assertEquals(403, answer.status());
    assertFalse(answer.body().contains("42"));
  }
}
