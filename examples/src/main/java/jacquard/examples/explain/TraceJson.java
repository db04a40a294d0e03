package jacquard.examples.explain;

import jacquard.examples.explain.StepPlans.Named;
import jacquard.examples.explain.StepReport.Kernel;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// A step's timeline as trace events for Perfetto and Chrome: a row with its plans, and below it
/// one with their tasks.
///
/// @see <a
///   href="https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU">Trace
///   Event Format</a>
final class TraceJson {
  private static final Row PLANS = new Row(1, "plans");
  private static final Row TASKS = new Row(2, "tasks");

  private final List<Json> events = new ArrayList<>();

  /// Where the next task begins, in microseconds.
  private double at;

  /// A row of the timeline: a thread, as far as the format is concerned.
  private record Row(long thread, String name) {}

  private TraceJson() {}

  /// Plans, which must have been measured, one after the other as a step runs them.
  static Json of(List<Named> plans) {
    TraceJson trace = new TraceJson();
    trace.name(PLANS);
    trace.name(TASKS);
    plans.forEach(trace::plan);
    return Json.of(Map.of("traceEvents", Json.of(trace.events)));
  }

  private void name(Row row) {
    Map<String, Json> event = event("M", "thread_name", row);
    event.put("args", Json.of(Map.of("name", Json.of(row.name))));
    events.add(Json.of(event));
  }

  private void plan(Named plan) {
    double start = at;
    List<Kernel> tasks = plan.report().tasks();
    for (int t = 0; t < tasks.size(); t++) {
      Kernel kernel = tasks.get(t);
      Map<String, Json> arguments = new LinkedHashMap<>();
      arguments.put("plan", Json.of(plan.name()));
      arguments.put("task", Json.of((long) t));
      arguments.put("layer", Json.of(kernel.layer()));
      arguments.put("flops", Json.of(kernel.cost().flops()));
      arguments.put("bytes", Json.of(kernel.cost().bytes()));
      double micros = kernel.nanos() / 1e3;
      Map<String, Json> event =
          slice(kernel.text().lines().findFirst().orElse(""), TASKS, at, micros);
      event.put("cat", Json.of(kernel.task().label()));
      event.put("args", Json.of(arguments));
      events.add(Json.of(event));
      at += micros;
    }
    events.add(Json.of(slice(plan.name(), PLANS, start, at - start)));
  }

  private static Map<String, Json> slice(String name, Row row, double start, double micros) {
    Map<String, Json> event = event("X", name, row);
    event.put("ts", Json.of(start));
    event.put("dur", Json.of(micros));
    return event;
  }

  private static Map<String, Json> event(String phase, String name, Row row) {
    Map<String, Json> event = new LinkedHashMap<>();
    event.put("name", Json.of(name));
    event.put("ph", Json.of(phase));
    event.put("pid", Json.of(1L));
    event.put("tid", Json.of(row.thread));
    return event;
  }
}
