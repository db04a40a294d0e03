package jacquard.examples.board;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.RunFolder;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a run drew or wrote while it was trained.
///
/// @param files by the steps made before
record Samples(NavigableMap<Long, Path> files) {
  private static final Pattern NAME = Pattern.compile("step-(\\d{1,18})\\.(png|txt)");

  /// Pictures that some recipes keep up to date, by the name of their files.
  private static final List<String> PICTURES =
      List.of("rebuilt", "between", "manifold", "latent", "loss");

  static Samples of(RunFolder run) throws IOException {
    NavigableMap<Long, Path> found = new TreeMap<>();
    if (Files.isDirectory(run.samples())) {
      try (Stream<Path> files = Files.list(run.samples())) {
        for (Path file : (Iterable<Path>) files::iterator) {
          Matcher name = NAME.matcher(file.getFileName().toString());
          if (name.matches()) {
            found.put(Long.parseLong(name.group(1)), file);
          }
        }
      }
    }
    return new Samples(found);
  }

  /// -1 if there is none.
  long last() {
    return files.isEmpty() ? -1 : files.lastKey();
  }

  /// The steps, and which pictures of [#picture] there are.
  Json list(RunFolder run) {
    List<Json> pictures =
        PICTURES.stream().filter(name -> Files.exists(file(run, name))).map(Json::of).toList();
    return Json.of(
        Map.of(
            "steps",
            Json.of(files.keySet().stream().mapToLong(step -> step).toArray()),
            "pictures",
            Json.of(pictures)));
  }

  private static Path file(RunFolder run, String picture) {
    return run.path().resolve(picture + ".png");
  }

  void answer(Request request, RunFolder run, long step) throws IOException {
    Path file = files.get(step);
    if (file == null) {
      throw new RefusedException(404, "there is no sample of step " + step + " any more");
    }
    send(request, run, file);
  }

  /// Sends one of the pictures that [#list] names.
  static void picture(Request request, RunFolder run, String name) throws IOException {
    Path file = PICTURES.contains(name) ? file(run, name) : null;
    if (file == null || !Files.exists(file)) {
      throw new RefusedException(404, "there is no such picture");
    }
    send(request, run, file);
  }

  private static void send(Request request, RunFolder run, Path file) throws IOException {
    OwnFiles.require(run, file);
    if (file.toString().endsWith(".png")) {
      request.bytes("image/png", Files.readAllBytes(file));
    } else {
      request.bytes("text/plain; charset=utf-8", Files.readString(file).getBytes(UTF_8));
    }
  }
}
