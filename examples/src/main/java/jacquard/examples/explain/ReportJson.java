package jacquard.examples.explain;

import jacquard.examples.explain.StepReport.Kernel;
import jacquard.examples.explain.StepReport.Operation;
import jacquard.kernels.Explanation;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A report as data, for the page.
final class ReportJson {
  private ReportJson() {}

  /// All of it. Codes are listed once; kernels name theirs by number.
  ///
  /// @param codes the texts of each task
  static Json of(StepReport report, List<KernelCode> codes) {
    Map<String, Integer> texts = new LinkedHashMap<>();
    List<Json> operations = new ArrayList<>();
    for (Operation operation : report.operations()) {
      operations.add(
          Json.of(
              List.of(
                  Json.of(operation.name()),
                  Json.of(operation.type()),
                  Json.of(operation.layer()),
                  Json.of(operation.line()),
                  Json.of(operation.caller()),
                  Json.of(operation.role().name().toLowerCase(java.util.Locale.ROOT)),
                  numbers(operation.sources()),
                  numbers(operation.tasks()))));
    }
    List<Json> tasks = new ArrayList<>();
    for (int t = 0; t < report.tasks().size(); t++) {
      tasks.add(task(report.tasks().get(t), codes.get(t), texts));
    }
    List<Json> blocks = new ArrayList<>();
    for (Explanation.Block block : report.explanation().blocks()) {
      blocks.add(
          Json.of(
              List.of(
                  Json.of((long) block.value()),
                  Json.of(block.dtype().toString()),
                  Json.of(block.byteOffset()),
                  Json.of(block.bytes()),
                  Json.of((long) block.first()),
                  Json.of((long) block.last()))));
    }
    List<Json> stages = new ArrayList<>();
    for (Explanation.Stage stage : report.explanation().stages()) {
      Map<String, Json> fields = new LinkedHashMap<>();
      fields.put("name", Json.of(stage.name()));
      fields.put("before", Json.of(stage.before()));
      fields.put("after", Json.of(stage.after()));
      fields.put("notes", Json.of(stage.notes().stream().map(Json::of).toList()));
      stages.add(Json.of(fields));
    }
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("title", Json.of(report.title()));
    fields.put("device", Json.of(report.device()));
    fields.put("operations", Json.of(operations));
    fields.put("tasks", Json.of(tasks));
    fields.put("blocks", Json.of(blocks));
    fields.put("notes", Json.of(report.notes().stream().map(Json::of).toList()));
    fields.put("arena", Json.of(report.explanation().schedule().arena().bytes()));
    fields.put("stages", Json.of(stages));
    fields.put("codes", Json.of(texts.keySet().stream().map(Json::of).toList()));
    return Json.of(fields);
  }

  private static Json task(Kernel kernel, KernelCode code, Map<String, Integer> texts) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("label", Json.of(kernel.task().label()));
    fields.put("text", Json.of(kernel.text()));
    fields.put("layer", Json.of(kernel.layer()));
    fields.put("operations", numbers(kernel.operations()));
    List<Json> ends = new ArrayList<>();
    for (Explanation.End end : kernel.ends()) {
      ends.add(
          Json.of(
              List.of(
                  Json.of((long) end.value()), Json.of((long) end.reader()), Json.of(end.why()))));
    }
    fields.put("ends", Json.of(ends));
    fields.put("flops", Json.of(kernel.cost().flops()));
    fields.put("bytes", Json.of(kernel.cost().bytes()));
    fields.put("us", number(kernel.nanos() / 1e3));
    fields.put("interim", Json.of(kernel.isInterim()));
    fields.put("far", Json.of(kernel.isFar()));
    fields.put("share", number(kernel.share()));
    fields.put("limit", kernel.limit() == null ? new Json.Null() : Json.of(kernel.limit().name()));
    List<Json> own = new ArrayList<>();
    for (String text : List.of(code.device(), code.openCl(), code.cuda())) {
      int next = texts.size();
      Integer known = texts.putIfAbsent(text, next);
      own.add(Json.of((long) (known == null ? next : known)));
    }
    fields.put("code", Json.of(own));
    return Json.of(fields);
  }

  private static Json number(double value) {
    return Double.isFinite(value) ? Json.of(value) : new Json.Null();
  }

  private static Json numbers(List<Integer> values) {
    return Json.of(values.stream().map(v -> Json.of((long) v)).toList());
  }
}
