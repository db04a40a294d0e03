package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process that is killed at any moment and resumed leaves what one leaves that is not.
///
/// Most moments are counted from its first step on, some from its start: before the run's folder is
/// there, before the first checkpoint, or while a checkpoint is read.
///
/// Moments are drawn from a seed that is printed; `-Djacquard.killSeed=N` draws them again, as far
/// as the machine keeps its pace.
class KillTest {
  private static final int STEPS = 200;
  private static final Pattern STEP = Pattern.compile("\"step\":(\\d+)");

  @TempDir Path temp;

  @Test
  void killedThreeTimesItEndsAsIfItHadNotBeen() throws Exception {
    kill("gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --lr 0.01", 3);
  }

  @ParameterizedTest
  @Tag("long")
  @ValueSource(
      strings = {
        "gpt --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --lr 0.01",
        "mlm --layers 1 --heads 2 --dim 16 --context 16 --batch 4 --dropout 0.2",
        "vae --hidden 16 --latent 2 --batch 16",
        "gan --latent 4 --batch 16",
        "gan --arch dcgan --channels 4 --latent 4 --batch 8 --conditional --ema 0.9 --augment shift=1",
        "classifier --features 8 --dropout 0.2 --batch 16",
      })
  void killedTwentyTimesItEndsAsIfItHadNotBeen(String recipe) throws Exception {
    kill(recipe, 20);
  }

  private void kill(String recipe, int times) throws Exception {
    long seed = Long.getLong("jacquard.killSeed", System.nanoTime());
    System.out.println("KillTest: -Djacquard.killSeed=" + seed + " " + recipe);
    Random random = new Random(seed);

    Path straight = temp.resolve("straight");
    long span;
    long startup;
    long started = System.nanoTime();
    try (JavaProcess process = JavaProcess.start(temp, train(straight, recipe))) {
      assertTrue(awaitStep(process, straight, 1), process.errors()::toString);
      long begun = System.nanoTime();
      startup = Math.max(1, TimeUnit.NANOSECONDS.toMillis(begun - started));
      awaitStep(process, straight, STEPS);
      span = Math.max(1, TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begun));
      List<String> out = process.rest();
      assertEquals(0, process.exit(), () -> out + " " + process.stderr());
    }

    int kills = 0;
    int late = 0;
    int within = 0;
    for (int victim = 0; kills < times; victim++) {
      Path run = temp.resolve("victim-" + victim);
      // From a checkpoint at every step, where most kills meet one being written, to few.
      int every = List.of(1, 4, 15, 60).get(random.nextInt(4));
      boolean ended = false;
      while (!ended) {
        List<String> command =
            Files.exists(run.resolve("config.json"))
                ? List.of("resume", run.toString())
                : train(run, recipe, "--checkpoint-every", "" + every);
        String before = metrics(run);
        try (JavaProcess process = JavaProcess.start(temp, command)) {
          boolean early = kills == 0 || random.nextInt(4) == 0;
          // The last one may end: there are enough kills.
          if (kills < times && (early || awaitChange(process, run, before))) {
            int left = Math.max(1, STEPS - step(metrics(run)));
            long moment = random.nextLong(early ? startup : Math.max(1, span * left / STEPS));
            ended = process.process().waitFor(moment, TimeUnit.MILLISECONDS);
            if (!ended) {
              process.process().destroyForcibly().waitFor();
              kills++;
              int step = step(metrics(run));
              late += early ? 0 : 1;
              within += !early && step >= 1 && step < STEPS ? 1 : 0;
              System.out.printf(
                  "KillTest: kill %d of victim %d, a checkpoint every %d: %d of %d ms after its %s, at step %d%n",
                  kills,
                  victim,
                  every,
                  moment,
                  early ? startup : span,
                  early ? "start" : "first step",
                  step);
              assertSaysSoIfNothingIsThere(run);
              continue;
            }
          }
          assertEquals(0, process.exit(), process.errors()::toString);
          ended = true;
        }
      }
      RunFiles.assertSame(straight, run);
    }
    assertTrue(2 * within >= late, within + " of " + late + " kills fell between two steps");
  }

  /// What was killed before it began can't be resumed, and is told in a line what to do.
  private static void assertSaysSoIfNothingIsThere(Path run) {
    if (!Files.exists(run.resolve("config.json"))) {
      Shell.Result result = ResumeTest.resume(run);
      assertEquals(2, result.exit(), result::toString);
      assertEquals(1, result.err().size(), result::toString);
      String said = result.err().getFirst();
      assertTrue(said.contains("no such folder") || said.contains("run train again"), said);
    }
  }

  /// Whether the process comes to a step before it ends.
  private static boolean awaitStep(JavaProcess process, Path run, int step) throws Exception {
    while (step(metrics(run)) < step) {
      if (process.process().waitFor(2, TimeUnit.MILLISECONDS)) {
        return step(metrics(run)) >= step;
      }
    }
    return true;
  }

  /// Whether the process makes a step before it ends.
  private static boolean awaitChange(JavaProcess process, Path run, String before)
      throws Exception {
    String now = metrics(run);
    while (step(now) < 1 || now.equals(before)) {
      if (process.process().waitFor(2, TimeUnit.MILLISECONDS)) {
        return false;
      }
      now = metrics(run);
    }
    return true;
  }

  private static String metrics(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    return Files.exists(metrics) ? Files.readString(metrics) : "";
  }

  /// Of the last whole line; -1 if there is none.
  private static int step(String metrics) {
    int end = metrics.lastIndexOf('\n');
    Matcher step = STEP.matcher(metrics.substring(metrics.lastIndexOf('\n', end - 1) + 1));
    return end > 0 && step.find() ? Integer.parseInt(step.group(1)) : -1;
  }

  private List<String> train(Path run, String recipe, String... more) throws IOException {
    return List.of(
        ResumeTest.command(temp, run, recipe, Shell.join(List.of("--steps", "" + STEPS), more)));
  }
}
