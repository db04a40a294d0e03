package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A process that is killed at any moment and resumed leaves what one leaves that is not.
///
/// Moments are drawn from a seed that is printed; `-Djacquard.killSeed=N` draws them again, as far
/// as the machine keeps its pace.
class KillTest {
  private static final int STEPS = 200;

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
    long start = System.nanoTime();
    try (JavaProcess process = JavaProcess.start(temp, train(straight, recipe))) {
      List<String> out = process.rest();
      assertEquals(0, process.exit(), () -> out + " " + process.stderr());
    }
    long whole = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

    int kills = 0;
    for (int victim = 0; kills < times; victim++) {
      Path run = temp.resolve("victim-" + victim);
      // From a checkpoint at every step, where most kills meet one being written, to few.
      int every = List.of(1, 4, 15, 60).get(random.nextInt(4));
      boolean ended = false;
      while (!ended) {
        boolean begun = Files.exists(run.resolve("config.json"));
        List<String> command =
            begun
                ? List.of("resume", run.toString())
                : train(run, recipe, "--checkpoint-every", "" + every);
        long started = System.nanoTime();
        try (JavaProcess process = JavaProcess.start(temp, command)) {
          // The last one may end: there are enough kills.
          long moment = kills == times ? TimeUnit.MINUTES.toMillis(2) : random.nextLong(whole);
          ended = process.process().waitFor(moment, TimeUnit.MILLISECONDS);
          if (ended) {
            assertEquals(0, process.exit(), process.errors()::toString);
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - started);
            whole =
                begun ? whole : Math.min(whole, millis); // moments are drawn from a run's length
          } else {
            process.process().destroyForcibly().waitFor();
            kills++;
            System.out.printf(
                "KillTest: kill %d of victim %d, a checkpoint every %d: after %d of %d ms, %s%n",
                kills, victim, every, moment, whole, progress(run));
          }
        }
      }
      RunFiles.assertSame(straight, run);
    }
  }

  private static String progress(Path run) throws IOException {
    Path metrics = run.resolve("metrics.jsonl");
    if (!Files.exists(metrics)) {
      return "not begun";
    }
    try (Stream<String> lines = Files.lines(metrics)) {
      return lines.count() + " lines of metrics";
    }
  }

  private List<String> train(Path run, String recipe, String... more) throws IOException {
    return List.of(
        ResumeTest.command(temp, run, recipe, Shell.join(List.of("--steps", "" + STEPS), more)));
  }
}
