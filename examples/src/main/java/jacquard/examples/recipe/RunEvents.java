package jacquard.examples.recipe;

import jacquard.examples.tensorboard.EventFile;
import jacquard.examples.tensorboard.Histogram;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/// A run as TensorBoard shows it: what `metrics.jsonl` has as curves, samples, warnings, and how
/// weights and gradients are spread.
final class RunEvents implements AutoCloseable {
  /// Where the width stands in a PNG file; the height follows.
  private static final int PNG_WIDTH = 16;

  private final RunFolder folder;
  private final EventFile file;

  RunEvents(RunFolder folder) {
    this.folder = folder;
    this.file = EventFile.in(folder.path());
  }

  /// What this process writes takes the place of what earlier ones wrote of `step` and later.
  void restart(long step) throws IOException {
    file.restart(step);
  }

  /// A line of the metrics.
  void line(long step, Map<String, Object> line) throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    line.forEach((name, value) -> {
      if (value instanceof Double number) {
        values.put(name, number);
      }
    });
    file.scalars(step, values);
  }

  /// The samples that were written for a step.
  void samples(long step) throws IOException {
    Path image = folder.sample(step, "png");
    if (Files.exists(image)) {
      byte[] png = Files.readAllBytes(image);
      ByteBuffer header = ByteBuffer.wrap(png);
      file.image(step, "samples", png, header.getInt(PNG_WIDTH + 4), header.getInt(PNG_WIDTH));
    }
    Path text = folder.sample(step, "txt");
    if (Files.exists(text)) {
      file.text(step, "samples", Files.readString(text));
    }
  }

  /// What went wrong.
  void warning(long step, String warning) throws IOException {
    file.text(step, "warnings", warning);
  }

  /// Weights and gradients by parameter.
  void histograms(Look look) throws IOException {
    Map<String, Histogram> all = new LinkedHashMap<>();
    look.weights().forEach((name, histogram) -> all.put("weights/" + name, histogram));
    look.gradients().forEach((name, histogram) -> all.put("gradients/" + name, histogram));
    file.histograms(look.step(), all);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
