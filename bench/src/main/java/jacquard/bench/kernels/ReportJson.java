package jacquard.bench.kernels;

import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.math.BigDecimal;
import java.math.MathContext;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// Reports as JSON: `{date, machine, ceilings: [...], kernels: [...]}`. Speeds and shares are
/// written for other programs and computed anew when a report is read.
final class ReportJson {
  private static final MathContext DIGITS = new MathContext(6);

  private ReportJson() {}

  /// @throws FormatException if the file can't be written
  static void write(Report report, Path path) throws FormatException {
    AtomicFile.write("kernels", path, text(report).pretty() + "\n");
  }

  static Json text(Report report) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("date", Json.of(report.date()));
    fields.put("machine", Json.of(report.machine()));
    List<Json> ceilings = new ArrayList<>();
    report.ceilings().forEach((setting, roofline) -> ceilings.add(ceiling(setting, roofline)));
    fields.put("ceilings", Json.of(ceilings));
    fields.put("kernels", Json.of(report.kernels().stream().map(m -> kernel(m, report)).toList()));
    return Json.of(fields);
  }

  private static Json ceiling(Setting setting, Roofline roofline) {
    Map<String, Json> fields = setting(setting);
    fields.put("fma_gflops", real(roofline.gflops()));
    List<Json> copies = new ArrayList<>();
    for (Roofline.Copies copy : roofline.copies()) {
      Map<String, Json> level = new LinkedHashMap<>();
      level.put("level", Json.of(copy.level()));
      level.put("bytes", Json.of(copy.bytes()));
      level.put("gb_per_s", real(copy.gigabytes()));
      copies.add(Json.of(level));
    }
    fields.put("copies", Json.of(copies));
    return Json.of(fields);
  }

  private static Json kernel(Measurement m, Report report) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("kernel", Json.of(m.kernel()));
    fields.put("form", Json.of(m.form()));
    fields.putAll(setting(m.setting()));
    fields.put("ms", real(m.timing().median()));
    fields.put("p10", real(m.timing().p10()));
    fields.put("p90", real(m.timing().p90()));
    fields.put("flops", Json.of(m.flops()));
    fields.put("bytes", Json.of(m.bytes()));
    fields.put("gflops", real(m.gflops()));
    fields.put("gb_per_s", real(m.gigabytes()));
    fields.put("roofline", real(report.share(m)));
    return Json.of(fields);
  }

  private static Map<String, Json> setting(Setting setting) {
    Map<String, Json> fields = new LinkedHashMap<>();
    fields.put("threads", Json.of(setting.threads()));
    fields.put("bits", Json.of(setting.bits()));
    return fields;
  }

  private static Json real(double value) {
    return Json.of(new BigDecimal(value).round(DIGITS).doubleValue());
  }

  /// @throws FormatException if the file can't be read or isn't such a report
  static Report read(Path path) throws FormatException {
    try {
      Json json = Json.read(path);
      Map<Setting, Roofline> ceilings = new LinkedHashMap<>();
      for (Json ceiling : json.field("ceilings").items()) {
        ceilings.put(readSetting(ceiling), readRoofline(ceiling));
      }
      List<Measurement> kernels = new ArrayList<>();
      for (Json kernel : json.field("kernels").items()) {
        kernels.add(readKernel(kernel));
      }
      return new Report(
          json.field("date").asText(), json.field("machine").asText(), ceilings, kernels);
    } catch (FormatException | IllegalArgumentException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains(path.toString()) && e instanceof FormatException named
          ? named
          : new FormatException("kernels: " + path + ": is no report: " + message, e);
    }
  }

  private static Roofline readRoofline(Json json) throws FormatException {
    List<Roofline.Copies> copies = new ArrayList<>();
    for (Json copy : json.field("copies").items()) {
      copies.add(
          new Roofline.Copies(
              copy.field("level").asText(),
              copy.field("bytes").asLong(),
              copy.field("gb_per_s").asDouble()));
    }
    return new Roofline(json.field("fma_gflops").asDouble(), copies);
  }

  private static Measurement readKernel(Json json) throws FormatException {
    return new Measurement(
        json.field("kernel").asText(),
        json.field("form").asText(),
        readSetting(json),
        json.field("flops").asDouble(),
        json.field("bytes").asDouble(),
        new Timing(
            json.field("ms").asDouble(),
            json.field("p10").asDouble(),
            json.field("p90").asDouble()));
  }

  private static Setting readSetting(Json json) throws FormatException {
    return new Setting(json.field("threads").asInt(), json.field("bits").asInt());
  }
}
