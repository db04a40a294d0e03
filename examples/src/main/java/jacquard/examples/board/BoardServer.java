package jacquard.examples.board;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.web.PageFiles;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.tensor.TensorException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Semaphore;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/// Serves the board to browsers of this machine.
final class BoardServer implements AutoCloseable {
  /// Browsers that are told of changes at the same time; each takes a thread.
  private static final int MOST_FEEDS = 32;

  /// Requests that compute at the same time.
  private static final int MOST_COMPUTING = 2;

  /// Requests that compute or wait for that; a browser has six connections.
  private static final int MOST_WAITING = 24;

  /// Connections that are read or answered at the same time, each by a thread; further ones are
  /// closed. Who knows no token can so hold these threads for a while, but no more.
  static final int MOST_ANSWERED = 128;

  private static final Map<String, String> TYPES =
      Map.of(
          "html", "text/html; charset=utf-8",
          "css", "text/css; charset=utf-8",
          "js", "text/javascript; charset=utf-8",
          "svg", "image/svg+xml");

  private static final List<String> SHARED = List.of(PageFiles.LOOK, PageFiles.KIT);

  private static final List<String> OWN =
      List.of(
          "board.css",
          "board.js",
          "store.js",
          "steps.js",
          "curves.js",
          "samples.js",
          "weights.js",
          "checkpoints.js",
          "prompt.js",
          "attention.js",
          "latent.js",
          "warnings.js",
          "icon.svg",
          "uplot/uPlot.iife.min.js",
          "uplot/uPlot.min.css");

  /// What is asked for by sending JSON.
  private static final Set<String> POSTED = Set.of("write", "attention");

  private final HttpServer server;
  private final ExecutorService threads;
  private final Gate gate;
  private final Catalogue catalogue;
  private final Models models = new Models();
  private final TextAnswers texts;
  private final Turns turns = new Turns(MOST_COMPUTING, MOST_WAITING);
  private final Semaphore feeds = new Semaphore(MOST_FEEDS);
  private final AtomicInteger busy = new AtomicInteger();
  private volatile boolean open = true;

  private BoardServer(HttpServer server, Path runs) {
    this.server = server;
    this.gate = Gate.at(server.getAddress().getPort());
    this.catalogue = new Catalogue(runs);
    this.texts = new TextAnswers(catalogue, models);
    // Not virtual ones: a model may compute for minutes without letting its carrier go.
    this.threads =
        new ThreadPoolExecutor(
            0,
            MOST_ANSWERED,
            10,
            TimeUnit.SECONDS,
            new SynchronousQueue<>(),
            Thread.ofPlatform().name("board-", 0).daemon().factory());
  }

  /// Listens on this machine's loopback address only.
  ///
  /// @param runs a folder of runs, which may come later, or a run
  /// @param port 0 for any that is free
  /// @throws FormatException if the port can't be had
  static BoardServer start(Path runs, int port) throws FormatException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    try {
      HttpServer server = HttpServer.create(new InetSocketAddress(loopback, port), 0);
      BoardServer board = new BoardServer(server, runs);
      server.setExecutor(board.threads);
      server.createContext("/", board::handle);
      server.start();
      return board;
    } catch (BindException e) {
      throw new FormatException(
          "--port is "
              + port
              + ", which can't be had ("
              + e.getMessage()
              + "); choose another one, or 0 for any that is free",
          e);
    } catch (IOException e) {
      throw new FormatException("board: no server could be made: " + e.getMessage(), e);
    }
  }

  /// What to open in a browser.
  String address() {
    InetSocketAddress at = server.getAddress();
    boolean six = at.getAddress().getAddress().length > 4;
    return "http://" + (six ? "[::1]" : "127.0.0.1") + ":" + at.getPort() + gate.root();
  }

  /// Requests that are being answered.
  int busy() {
    return busy.get();
  }

  private void handle(HttpExchange exchange) {
    busy.incrementAndGet();
    try (exchange) {
      Request request = Request.of(exchange);
      try {
        String path = exchange.getRequestURI().getRawPath();
        answer(request, gate.pass(path == null ? "" : path, exchange.getRequestHeaders()));
      } catch (RefusedException e) {
        refuse(request, e.status(), e.getMessage());
      } catch (IllegalArgumentException | FormatException | TensorException e) {
        refuse(request, 400, e.getMessage());
      } catch (IOException | UncheckedIOException e) { // a file, or the browser has gone
        refuse(request, 500, "can't be read: " + e.getMessage());
      } catch (RuntimeException e) {
        refuse(request, 500, "a fault of the board: " + e);
      } catch (OutOfMemoryError e) {
        refuse(request, 500, "out of memory; JACQUARD_JAVA_OPTS=-Xmx8g raises the limit");
      }
    } catch (IOException e) {
      return; // the browser has gone
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      busy.decrementAndGet();
    }
  }

  private static void refuse(Request request, int status, @Nullable String line)
      throws IOException {
    if (!request.isAnswered()) {
      request.line(status, line == null ? "that can't be done" : line);
    }
  }

  private void answer(Request request, String path) throws IOException, InterruptedException {
    require(request, POSTED.contains(path) ? "POST" : "GET");
    switch (path) {
      case "" -> file(request, "board.html", BoardServer.class);
      case "events" -> feed(request);
      case "samples" -> {
        Listed run = run(request);
        request.json(Samples.of(run.folder()).list(run.folder()));
      }
      case "sample" -> {
        Listed run = run(request);
        Samples.of(run.folder()).answer(request, run.folder(), request.whole("step"));
      }
      case "picture" -> Samples.picture(request, run(request).folder(), request.parameter("name"));
      case "checkpoints" -> request.json(TextAnswers.checkpoints(run(request)));
      case "write" -> texts.write(request);
      case "attention" -> {
        Json asked = request.body(); // whoever sends it slowly keeps nobody waiting
        turns.run(() -> texts.attention(request, asked));
      }
      case "latent" -> turns.run(() -> LatentAnswers.map(request, models, run(request)));
      case "drawn" -> turns.run(() -> LatentAnswers.draw(request, models, run(request)));
      case "weights" -> turns.run(() -> request.json(Spreads.figures(run(request).folder())));
      case "spread" ->
          turns.run(
              () -> request.json(Spreads.bins(run(request).folder(), request.parameter("of"))));
      default -> {
        if (SHARED.contains(path)) {
          file(request, path, PageFiles.class);
        } else if (OWN.contains(path)) {
          file(request, path, BoardServer.class);
        } else {
          throw new RefusedException(404, "the board has no such page");
        }
      }
    }
  }

  private static void require(Request request, String method) {
    String is = request.exchange().getRequestMethod();
    if (!is.equals(method) && !(request.isHead() && method.equals("GET"))) {
      request
          .exchange()
          .getResponseHeaders()
          .set("Allow", method.equals("GET") ? "GET, HEAD" : method);
      throw new RefusedException(405, "the method is " + is + ", expected " + method);
    }
  }

  private Listed run(Request request) throws IOException {
    return catalogue.run(request.parameter("run"));
  }

  private static void file(Request request, String name, Class<?> beside) throws IOException {
    String type = TYPES.get(name.substring(name.lastIndexOf('.') + 1));
    request.bytes(String.valueOf(type), PageFiles.bytes(beside, name));
  }

  private void feed(Request request) throws IOException, InterruptedException {
    if (request.isHead()) {
      request.bytes("text/event-stream", new byte[0]);
      return;
    }
    if (!feeds.tryAcquire()) {
      throw new RefusedException(
          503, MOST_FEEDS + " pages are open at the same time; close some of them");
    }
    try (OutputStream out = request.stream("text/event-stream")) {
      List<String> followed = request.query().getOrDefault("run", List.of());
      new LiveFeed(catalogue, followed, out).run(() -> open);
    } finally {
      feeds.release();
    }
  }

  /// Ends everything that is being answered.
  @Override
  public void close() {
    open = false;
    server.stop(0);
    threads.shutdownNow();
  }
}
