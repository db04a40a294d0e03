package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import jacquard.examples.recipe.TextModel;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.CheckpointFolder;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Semaphore;

/// What the board answers with a transformer.
final class TextAnswers {
  /// Texts that are written at the same time.
  private static final int MOST_WRITTEN = 4;

  /// Options of `jacquard sample` that a page may give.
  private static final Set<String> OPTIONS =
      Set.of(
          "--prompt",
          "--count",
          "--length",
          "--temperature",
          "--top-k",
          "--top-p",
          "--min-p",
          "--repetition-penalty",
          "--stop",
          "--seed");

  /// The largest values of options that decide how much is written.
  private static final Map<String, Integer> LARGEST = Map.of("--count", 16, "--length", 1_000_000);

  private final Catalogue catalogue;
  private final Models models;
  private final Semaphore written = new Semaphore(MOST_WRITTEN);

  TextAnswers(Catalogue catalogue, Models models) {
    this.catalogue = catalogue;
    this.models = models;
  }

  /// What is answered for the names of a run's checkpoints.
  static Json checkpoints(Listed run) throws FormatException {
    return Json.of(
        Map.of("checkpoints", Json.of(checkpointNames(run).stream().map(Json::of).toList())));
  }

  /// Names of a run's checkpoints, the best one first, then the newest.
  static List<String> checkpointNames(Listed run) throws FormatException {
    CheckpointFolder folder = new CheckpointFolder(run.folder().checkpoints(), 1);
    List<Path> files = new ArrayList<>();
    if (Files.exists(folder.best())) {
      files.add(folder.best());
    }
    files.addAll(folder.newestFirst());
    return files.stream()
        .map(file -> file.getFileName().toString().replace(".safetensors", ""))
        .toList();
  }

  /// Writes a text: asked for as
  ///
  ///     {"run": "mine", "checkpoint": "best", "options": {"--prompt": "One", "--length": "20"}}
  ///
  /// and sent as lines `{"text": "One "}`, at last `{"millis": 12}` or `{"error": "why"}`.
  void write(Request request) throws IOException {
    Json asked = request.body();
    List<String> options = options(asked.field("options"));
    if (!written.tryAcquire()) {
      throw new RefusedException(
          503, MOST_WRITTEN + " texts are being written at the same time; stop one of them");
    }
    try {
      TextModel model = model(asked);
      write(model, options, request);
    } finally {
      written.release();
    }
  }

  private static void write(TextModel model, List<String> options, Request request)
      throws IOException {
    try (LineStream lines = new LineStream(request)) {
      long start = System.nanoTime();
      try {
        model.write(options, part -> lines.send(Json.of(Map.of("text", Json.of(part)))));
        long millis = (System.nanoTime() - start) / 1_000_000;
        lines.send(Json.of(Map.of("millis", Json.of(millis))));
      } catch (IllegalArgumentException | jacquard.tensor.TensorException e) {
        lines.send(Json.of(Map.of("error", Json.of(String.valueOf(e.getMessage())))));
      }
    } catch (CancellationException e) {
      return; // nobody waits for it
    }
  }

  private static List<String> options(Json options) throws FormatException {
    List<String> arguments = new ArrayList<>();
    for (Map.Entry<String, Json> option : options.fields().entrySet()) {
      if (!OPTIONS.contains(option.getKey())) {
        throw new RefusedException(
            400,
            "option " + option.getKey() + " is not to be had here, expected one of " + OPTIONS);
      }
      String value = option.getValue().asText();
      checkIsNotTooLarge(option.getKey(), value);
      arguments.add(option.getKey() + "=" + value);
    }
    return arguments;
  }

  /// What is no number at all is refused by the option itself.
  private static void checkIsNotTooLarge(String option, String value) throws RefusedException {
    Integer largest = LARGEST.get(option);
    if (largest == null || !value.strip().matches("\\+?\\d+")) {
      return;
    }
    if (new BigInteger(value.strip()).compareTo(BigInteger.valueOf(largest)) > 0) {
      throw new RefusedException(
          400, option + " is " + value + ", expected at most " + largest + " on the board");
    }
  }

  private TextModel model(Json asked) throws IOException {
    Json checkpoint = asked.optional("checkpoint");
    String name = checkpoint == null ? "" : checkpoint.asText();
    Listed run = catalogue.run(asked.field("run").asText());
    return models.text(run, name.isEmpty() ? null : name);
  }

  /// What the heads attend to in a text: asked for as `{"run": "mine", "checkpoint": "", "text":
  /// "One"}`; answered with the weights of each layer, `[heads, tokens, tokens]`, as whole numbers
  /// of 16 bits that 65535 is 1 of, little-endian, in base 64.
  void attention(Request request, Json asked) throws IOException {
    TextModel.Attention found = model(asked).attention(asked.field("text").asText());
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("tokens", Json.of(found.tokens().stream().map(Json::of).toList()));
    fields.put("dropped", Json.of(found.dropped()));
    fields.put("heads", Json.of(found.heads()));
    fields.put("layers", Json.of(found.layers().stream().map(TextAnswers::packed).toList()));
    request.json(Json.of(fields));
  }

  private static Json packed(float[] weights) {
    ByteBuffer bytes =
        ByteBuffer.allocate(weights.length * Short.BYTES).order(ByteOrder.LITTLE_ENDIAN);
    for (float weight : weights) {
      bytes.putShort((short) Math.round(65_535 * weight));
    }
    return Json.of(Base64.getEncoder().encodeToString(bytes.array()));
  }
}
