package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.io.OutputStream;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/// Tells one browser of what changes, as server-sent events, until it goes away:
///
///     event: runs    data: {"order": [ids of all, the newest first], "changed": [runs that differ]}
///     event: lines   data: {"run": id, "anew": true, "lines": [new lines of its metrics]}
///
/// A connection begins with everything there is, so a browser that comes back needs nothing else.
///
/// @see <a href="https://html.spec.whatwg.org/multipage/server-sent-events.html">Server-sent
///   events</a>
final class LiveFeed {
  private static final long PAUSE_MILLIS = 400;

  /// A browser that has gone is noticed by writing to it.
  private static final long LONGEST_SILENCE_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Catalogue catalogue;
  private final Map<String, LogTail> tails = new LinkedHashMap<>();
  private final OutputStream out;

  /// Runs as they were told, by id; null before they were.
  private @Nullable Map<String, Json> told;

  private long lastNanos = System.nanoTime();

  /// @param followed runs whose lines are told
  LiveFeed(Catalogue catalogue, List<String> followed, OutputStream out) throws IOException {
    this.catalogue = catalogue;
    this.out = out;
    for (Listed run : catalogue.runs()) {
      if (followed.contains(run.id())) {
        tails.put(run.id(), new LogTail(run.folder().metrics()));
      }
    }
  }

  /// @throws IOException when the browser has gone
  void run(BooleanSupplier open) throws IOException, InterruptedException {
    while (open.getAsBoolean()) {
      List<Listed> all = catalogue.runs();
      tell(all);
      for (Map.Entry<String, LogTail> tail : tails.entrySet()) {
        Listed run = sound(all, tail.getKey());
        LogTail.News news = run == null ? null : next(run, tail.getValue());
        while (run != null && news != null) {
          event("lines", json(tail.getKey(), news).toString());
          news = news.lines().isEmpty() ? null : next(run, tail.getValue());
        }
      }
      if (System.nanoTime() - lastNanos > LONGEST_SILENCE_NANOS) {
        send(":\n\n");
      }
      TimeUnit.MILLISECONDS.sleep(PAUSE_MILLIS);
    }
  }

  private void tell(List<Listed> all) throws IOException {
    Map<String, Json> before = told == null ? Map.of() : told;
    Map<String, Json> now = new LinkedHashMap<>();
    all.forEach(run -> now.put(run.id(), run.toJson()));
    List<Json> changed =
        now.entrySet().stream()
            .filter(run -> !run.getValue().equals(before.get(run.getKey())))
            .map(Map.Entry::getValue)
            .toList();
    List<String> order = List.copyOf(now.keySet());
    if (told == null || !changed.isEmpty() || !order.equals(List.copyOf(told.keySet()))) {
      Map<String, Json> data = new LinkedHashMap<>();
      data.put("order", Json.of(order.stream().map(Json::of).toList()));
      data.put("changed", Json.of(changed));
      event("runs", Json.of(data).toString());
      told = now;
    }
  }

  private static @Nullable Listed sound(List<Listed> all, String id) {
    return all.stream()
        .filter(run -> run.id().equals(id) && run.problem() == null)
        .findFirst()
        .orElse(null);
  }

  /// Nothing new of a log that has become a link to another file.
  private static LogTail.@Nullable News next(Listed run, LogTail tail) throws IOException {
    try {
      OwnFiles.require(run.folder(), run.folder().metrics());
    } catch (RefusedException e) {
      return null;
    }
    return tail.next();
  }

  private static Json json(String run, LogTail.News news) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("run", Json.of(run));
    fields.put("anew", Json.of(news.anew()));
    fields.put("lines", Json.of(news.lines()));
    return Json.of(fields);
  }

  /// @param data one line
  private void event(String name, String data) throws IOException {
    send("event: " + name + "\ndata: " + data + "\n\n");
  }

  private void send(String text) throws IOException {
    out.write(text.getBytes(UTF_8));
    out.flush();
    lastNanos = System.nanoTime();
  }
}
