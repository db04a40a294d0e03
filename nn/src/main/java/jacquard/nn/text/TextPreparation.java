package jacquard.nn.text;

import jacquard.nn.io.Json;
import jacquard.nn.text.TextFiles.Document;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Steps that documents go through one after the other, and the report of what they did.
///
///     TextPreparation steps = new TextPreparation(List.of(
///         new TextStep.Normalize(Normalizer.Form.NFC), new TextStep.ExactDuplicates()));
///     List<Document> clean = steps.apply(TextFiles.read(folder)).documents();
///
/// The same documents, steps and seeds give the same result.
///
/// @param steps one after the other
public record TextPreparation(List<TextStep> steps) {
  /// Copies the list.
  public TextPreparation {
    steps = List.copyOf(steps);
  }

  /// What one step did.
  ///
  /// @param step what the step is called
  /// @param in documents before it
  /// @param changed documents that it changed
  /// @param dropped documents that it dropped
  public record StepReport(String step, int in, int changed, int dropped) {}

  /// A document that was dropped.
  ///
  /// @param path its file
  /// @param index its place among all documents, from 1
  /// @param step what dropped it
  /// @param why the number or the document that decided
  public record Dropped(Path path, int index, String step, String why) {}

  /// What was made of documents.
  ///
  /// @param documents what is left, in order
  /// @param steps what each step did
  /// @param dropped what is gone, by step and place
  public record Result(List<Document> documents, List<StepReport> steps, List<Dropped> dropped) {
    /// Copies the lists.
    public Result {
      documents = List.copyOf(documents);
      steps = List.copyOf(steps);
      dropped = List.copyOf(dropped);
    }

    /// {@return a line for each step}
    public List<String> lines() {
      List<String> lines = new ArrayList<>();
      for (StepReport step : steps) {
        lines.add(
            "%-24s %,8d documents, %,8d changed, %,8d dropped"
                .formatted(step.step, step.in, step.changed, step.dropped));
      }
      return lines;
    }

    /// {@return steps, and every dropped document with the reason}
    public Json toJson() {
      List<Json> all = new ArrayList<>();
      for (StepReport step : steps) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("step", Json.of(step.step));
        fields.put("in", Json.of(step.in));
        fields.put("changed", Json.of(step.changed));
        fields.put("dropped", Json.of(step.dropped));
        all.add(Json.of(fields));
      }
      List<Json> gone = new ArrayList<>();
      for (Dropped each : dropped) {
        Map<String, Json> fields = new LinkedHashMap<>();
        fields.put("path", Json.of(each.path.toString()));
        fields.put("document", Json.of(each.index));
        fields.put("step", Json.of(each.step));
        fields.put("why", Json.of(each.why));
        gone.add(Json.of(fields));
      }
      Map<String, Json> report = new LinkedHashMap<>();
      report.put("documents", Json.of(documents.size()));
      report.put("steps", Json.of(all));
      report.put("dropped", Json.of(gone));
      return Json.of(report);
    }
  }

  /// {@return what is left of the documents, and what happened to the others}
  ///
  /// @param documents texts, in order
  public Result apply(List<Document> documents) {
    List<Document> left = documents;
    // The place of each document that is left among all.
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < documents.size(); i++) {
      places.add(i + 1);
    }
    List<StepReport> reports = new ArrayList<>();
    List<Dropped> dropped = new ArrayList<>();
    for (TextStep step : steps) {
      TextStep.Filter filter = step.start();
      List<Document> kept = new ArrayList<>();
      List<Integer> keptPlaces = new ArrayList<>();
      int changed = 0;
      for (int i = 0; i < left.size(); i++) {
        TextStep.Outcome outcome = filter.of(left.get(i));
        Document document = outcome.kept();
        if (document == null) {
          dropped.add(new Dropped(left.get(i).path(), places.get(i), step.label(), outcome.why()));
        } else {
          kept.add(document);
          keptPlaces.add(places.get(i));
          changed += document.text().equals(left.get(i).text()) ? 0 : 1;
        }
      }
      reports.add(new StepReport(step.label(), left.size(), changed, left.size() - kept.size()));
      left = kept;
      places = keptPlaces;
    }
    return new Result(left, reports, dropped);
  }
}
