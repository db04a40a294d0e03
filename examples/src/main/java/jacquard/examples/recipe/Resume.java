package jacquard.examples.recipe;

import jacquard.examples.cli.Version;
import jacquard.examples.view.MetricsLog;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.train.CheckpointFile;
import jacquard.nn.train.CheckpointFolder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// `jacquard resume RUN`: goes on with a run that was ended, by Ctrl-C or otherwise, bit by bit as
/// if it had not been.
///
/// The recipe's options are those that `config.json` recorded; the recipe then makes everything as
/// it did when the run began, and the last checkpoint gives the states their values.
@Command(
    name = "resume",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    description = {
      "Goes on with a run that was ended, or makes one longer, with its own data and options.",
      "Losses and weights become those of a run that was never ended."
    })
public final class Resume implements Callable<Integer> {
  @Spec CommandSpec spec;

  @Parameters(paramLabel = "RUN", description = "The folder of a run.")
  private Path path;

  @Option(
      names = "--steps",
      paramLabel = "N",
      description =
          "Steps to train in all. Beyond those that the run began with, learning rates stay where"
              + " they have fallen to. Default: as the run was told.")
  private @Nullable Long steps;

  @Option(
      names = "--from",
      paramLabel = "FILE",
      description =
          "Checkpoint to go on from: a file, or best, or a name in RUN/checkpoints. Later ones are"
              + " moved to RUN/checkpoints/undone. Default: the last.")
  private @Nullable String from;

  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "Where the same data lie now. Default: where they were.")
  private @Nullable Path data;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description = "Steps between two checkpoints. Default: as the run was told.")
  private @Nullable Long checkpointEvery;

  @Option(
      names = "--keep",
      paramLabel = "N",
      description = "Checkpoints to keep beside the best. Default: as the run was told.")
  private @Nullable Integer keep;

  @Option(
      names = "--device",
      paramLabel = "NAME",
      description =
          "Where to compute; another device gives other last bits. Default: as the run was told.")
  private @Nullable String device;

  @Option(
      names = "--threads",
      paramLabel = "N",
      description =
          "Threads of the cpu; any number gives the same bits. Default: one for each processor.")
  private @Nullable Integer threads;

  /// Picocli fills in the options.
  public Resume() {}

  @Override
  public Integer call() throws Exception {
    if (steps != null) {
      Require.atLeast("--steps", steps, 1);
    }
    RunFolder folder = RunFolder.openToResume(path);
    try (RunLock _ = RunLock.take(folder)) {
      folder.sweep();
      Json config = folder.readConfig();
      CommandLine recipe = folder.configured(config, this::recipe);
      long told = folder.configured(config, Resume::end);
      try (CheckpointFile checkpoint = checkpoint(folder)) {
        if (checkpoint != null) {
          requireSame(folder, config, checkpoint, recipe.getCommandSpec());
        }
        long done = checkpoint == null ? 0 : checkpoint.step();
        long end = steps == null ? told : steps;
        if (end < done || (steps != null && end == done)) {
          throw new IllegalArgumentException(
              "--steps is "
                  + end
                  + ", expected more than the "
                  + done
                  + " that "
                  + path
                  + " has made");
        }
        if (end == done && reviewed(checkpoint)) {
          System.out.println(
              path + " is finished: it has made its " + done + " steps; --steps N makes it longer");
          return 0;
        }
        sayVersion(config);
        Recipes.options(recipe).continuation =
            new Continuation(folder, config, checkpoint, end, from != null);
        Recipes.options(recipe).length =
            TrainOptions.Length.ofSteps(folder.configured(config, c -> c.field("steps").asLong()));
        return train(folder, config, recipe);
      }
    }
  }

  /// Goes on with the recipe, which may refuse by now what it took when the run was begun.
  private static int train(RunFolder folder, Json config, CommandLine recipe) throws Exception {
    try {
      return recipe.getCommand() instanceof Callable<?> training
              && training.call() instanceof Integer exit
          ? exit
          : 0;
    } catch (IllegalArgumentException | FormatException e) {
      String message = String.valueOf(e.getMessage());
      RecordedOptions recorded = RecordedOptions.of(config.field("options"));
      if (recorded.accused(message, recipe.getCommandSpec()) == null) {
        throw e;
      }
      throw new FormatException(
          folder.config()
              + ": options: "
              + message
              + "; was the run made by another version? Go on with that one, or train anew",
          e);
    }
  }

  private static void sayVersion(Json config) throws FormatException {
    Json version = config.optional("version");
    if (version != null && !version.equals(Json.of(Version.number()))) {
      System.out.println(
          "the run was begun with version "
              + version.asText()
              + ", this is "
              + Version.number()
              + ": losses may differ in their last digits");
    }
  }

  /// Steps to make in all, as the run was told last.
  private static long end(Json config) throws FormatException {
    Json until = config.optional("until");
    return (until == null ? config.field("steps") : until).asLong();
  }

  /// A run that Ctrl-C ended after its last step still wants its last look.
  private static boolean reviewed(@Nullable CheckpointFile checkpoint) throws FormatException {
    return checkpoint != null && Checkpoints.reviewed(checkpoint);
  }

  /// The recipe's command with the options that the run was begun with, and those given here.
  private CommandLine recipe(Json config) throws FormatException {
    CommandLine recipe = Recipes.command(spec, config.field("recipe").asText());
    Json recorded = config.optional("options");
    if (recorded == null) {
      throw new FormatException(
          "records no options: the run was made before runs could be resumed; train anew");
    }
    RecordedOptions options = RecordedOptions.of(recorded);
    if (data != null) {
      options = options.with("--data", data.toString());
    }
    if (checkpointEvery != null) {
      options = options.with("--checkpoint-every", checkpointEvery.toString());
    }
    if (keep != null) {
      options = options.with("--keep", keep.toString());
    }
    if (device != null) {
      options = options.with("--device", device);
    }
    if (threads != null) {
      options = options.with("--threads", threads.toString());
    }
    try {
      recipe.parseArgs(options.arguments());
    } catch (CommandLine.ParameterException e) {
      throw new FormatException(
          "options: "
              + e.getMessage()
              + "; was the run made by another version? Go on with that one, or train anew",
          e);
    }
    return recipe;
  }

  /// The checkpoint to go on from; null if the run has written none yet.
  private @Nullable CheckpointFile checkpoint(RunFolder folder) throws FormatException {
    CheckpointFolder checkpoints = new CheckpointFolder(folder.checkpoints(), 1);
    List<Path> all = checkpoints.newestFirst();
    if (from == null && all.isEmpty()) {
      requireUnbegun(folder, checkpoints.best());
      return null;
    }
    Path file = from == null ? all.getFirst() : named(folder, from);
    try {
      return CheckpointFile.open(file);
    } catch (FormatException e) {
      throw new FormatException(e.getMessage() + "; " + offer(folder, file, all(folder)), e);
    }
  }

  /// The checkpoints of a run, the latest first; behind them the best, which may be missing.
  private static List<Path> all(RunFolder folder) throws FormatException {
    CheckpointFolder checkpoints = new CheckpointFolder(folder.checkpoints(), 1);
    List<Path> all = new ArrayList<>(checkpoints.newestFirst());
    all.add(checkpoints.best());
    return all;
  }

  /// The first checkpoint is written before the first step.
  private static void requireUnbegun(RunFolder folder, Path best) throws FormatException {
    List<Json> lines = MetricsLog.read(folder.metrics());
    long made = lines.isEmpty() ? 0 : lines.getLast().field("step").asLong();
    if (made > 0) {
      throw new FormatException(
          folder.checkpoints()
              + ": holds no checkpoint, though the run has made "
              + made
              + " steps; put its files back, or "
              + (stepOfWhole(best) == null
                  ? "train anew"
                  : offer(folder, folder.checkpoints(), List.of(best))));
    }
  }

  private static Path named(RunFolder folder, String name) {
    Path inside = folder.checkpoints().resolve(name + ".safetensors");
    return Files.exists(inside) ? inside : Path.of(name);
  }

  /// The command that goes on from the last whole checkpoint among `others`.
  private static String offer(RunFolder folder, Path bad, List<Path> others) {
    for (Path other : others) {
      Long step = other.equals(bad) || !Files.exists(other) ? null : stepOfWhole(other);
      if (step != null) {
        String name = other.getFileName().toString().replace(".safetensors", "");
        return "go on from step " + step + ": " + folder.resumeCommand() + " --from " + name;
      }
    }
    return "there is no other whole checkpoint";
  }

  /// The step of a checkpoint, null if it isn't whole.
  private static @Nullable Long stepOfWhole(Path checkpoint) {
    try (CheckpointFile whole = CheckpointFile.open(checkpoint)) {
      return whole.step();
    } catch (FormatException e) {
      return null;
    }
  }

  private void requireSame(
      RunFolder folder, Json config, CheckpointFile checkpoint, CommandSpec recipe)
      throws FormatException {
    String difference = difference(config, checkpoint, recipe);
    if (difference == null) {
      return;
    }
    String wrong =
        "checkpoint: " + checkpoint.path() + ": is none of the run " + path + ": " + difference;
    for (Path other : all(folder)) {
      if (!other.equals(checkpoint.path()) && isOwn(config, other, recipe)) {
        wrong += "; " + offer(folder, checkpoint.path(), List.of(other));
        break;
      }
    }
    throw new FormatException(wrong);
  }

  /// Whether a checkpoint is whole and the run's.
  private static boolean isOwn(Json config, Path checkpoint, CommandSpec recipe) {
    try (CheckpointFile whole = CheckpointFile.open(checkpoint)) {
      return difference(config, whole, recipe) == null;
    } catch (FormatException e) {
      return false;
    }
  }

  private static @Nullable String difference(
      Json config, CheckpointFile checkpoint, CommandSpec recipe) throws FormatException {
    String recorded = checkpoint.notes().get(Checkpoints.CONFIG);
    if (recorded == null) {
      return "it holds no configuration";
    }
    Json other = Json.parse(recorded, checkpoint.path() + ": config");
    String difference = ConfigDifference.of(other, config);
    return difference != null
        ? difference
        : RecordedOptions.difference(
            RecordedOptions.of(other.field("options")),
            RecordedOptions.of(config.field("options")),
            recipe);
  }
}
