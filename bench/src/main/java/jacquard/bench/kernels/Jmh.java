package jacquard.bench.kernels;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.kernels.cpu.ceiling.Ceiling;
import jacquard.kernels.cpu.ceiling.Roofline;
import jacquard.kernels.cpu.machine.Caches;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.format.OutputFormatFactory;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.Options;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/// Runs one benchmark at a time in a JVM of its own, with the options of this one.
final class Jmh {
  /// Begins what a process says when it measures loops that are not compiled.
  static final String NOT_COMPILED = ": not compiled within ";

  private final Effort effort;
  private final Consumer<String> remarks;

  /// @param remarks told what the processes say of their own measurements
  Jmh(Effort effort, Consumer<String> remarks) {
    this.effort = effort;
    this.remarks = remarks;
  }

  /// The time of a row.
  ///
  /// @throws IllegalStateException if the process that measures fails
  /// @throws IllegalArgumentException if another benchmark is running
  Timing kernel(String row, Form form, Setting setting) {
    return run(
        effort
            .options()
            .include(pattern(KernelBenchmark.class))
            .param("row", row)
            .param("form", form.word())
            .param("settleSeconds", Double.toString(effort.settle()))
            .param("compiledSeconds", Double.toString(effort.compiled())),
        row,
        setting);
  }

  /// The ceilings of a setting: the fastest tenth of the calls, because a ceiling is what is
  /// possible.
  Roofline roofline(Setting setting) {
    double fma = 0;
    List<Roofline.Copies> copies = new ArrayList<>();
    for (Ceiling ceiling : Ceiling.all(Caches.read())) {
      Timing timing =
          run(
              effort
                  .options()
                  .include(pattern(CeilingBenchmark.class))
                  .param("ceiling", ceiling.word())
                  .param("settleSeconds", Double.toString(effort.settle() / 4))
                  .threads(setting.threads()),
              ceiling.word(),
              setting);
      double speed = setting.threads() * ceiling.work(setting.bits()) / timing.p10() * 1e-6;
      switch (ceiling) {
        case Ceiling.Fma _ -> fma = speed;
        case Ceiling.Copy(String level, long bytes) ->
            copies.add(new Roofline.Copies(level, bytes * setting.threads(), speed));
      }
    }
    return new Roofline(fma, copies);
  }

  private Timing run(ChainedOptionsBuilder options, String what, Setting setting) {
    ByteArrayOutputStream log = new ByteArrayOutputStream();
    Collection<RunResult> results;
    try (PrintStream out = new PrintStream(log, true, UTF_8)) {
      Options all =
          options
              .jvmArgsAppend(
                  "-Djacquard.threads=" + setting.threads(),
                  "-Djacquard.vectorBits=" + setting.bits())
              .build();
      results =
          new Runner(all, OutputFormatFactory.createFormatInstance(out, VerboseMode.NORMAL)).run();
    } catch (RunnerException e) {
      throw failure(what, e, log.toString(UTF_8));
    }
    if (results.isEmpty()) {
      throw failure(what, null, log.toString(UTF_8));
    }
    remarks(log.toString(UTF_8)).forEach(remarks);
    Statistics nanos = results.iterator().next().getPrimaryResult().getStatistics();
    return new Timing(
        nanos.getPercentile(50) * 1e-6,
        nanos.getPercentile(10) * 1e-6,
        nanos.getPercentile(90) * 1e-6);
  }

  /// What [KernelBenchmark] says in a log of its process.
  static List<String> remarks(String log) {
    return log.lines().map(String::strip).filter(line -> line.contains(NOT_COMPILED)).toList();
  }

  private static String pattern(Class<?> benchmark) {
    return "^" + Pattern.quote(benchmark.getName() + ".run") + "$";
  }

  /// The process's own first complaint, which JMH only prints.
  private static RuntimeException failure(
      String what, @Nullable RunnerException cause, String log) {
    if (cause != null && String.valueOf(cause.getMessage()).contains("JMH lock")) {
      return new IllegalArgumentException(
          "kernels: another benchmark holds "
              + System.getProperty("java.io.tmpdir")
              + "/jmh.lock: wait for it, or JACQUARD_JAVA_OPTS=-Djmh.ignoreLock=true",
          cause);
    }
    String reason =
        log.lines()
            .map(String::strip)
            .filter(line -> line.matches("(\\S+\\.)?\\w*(Exception|Error)\\b.*|<failure>.+"))
            .findFirst()
            .orElse(cause == null ? "no result" : String.valueOf(cause.getMessage()));
    return new IllegalStateException("kernels: " + what + ": " + reason, cause);
  }
}
