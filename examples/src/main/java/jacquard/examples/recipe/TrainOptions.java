package jacquard.examples.recipe;

import jacquard.examples.cli.Version;
import jacquard.nn.io.FormatException;
import jacquard.tensor.Device;
import jacquard.tensor.Switches;
import java.io.IOException;
import java.nio.file.Path;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// What can be said of every training run. Batch size, learning rate and sizes stand in each
/// recipe, with its defaults.
final class TrainOptions {
  @Option(
      names = "--data",
      paramLabel = "PATH",
      description = "What to learn from instead of the built-in data.")
  @Nullable Path data;

  @ArgGroup @Nullable Length length;

  @Option(
      names = "--seed",
      paramLabel = "N",
      defaultValue = "1337",
      description =
          "Start of all random numbers: the same seed gives the same model. Default:"
              + " ${DEFAULT-VALUE}.")
  long seed;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description = "Folder for the run, new or empty. Default: runs/NAME-DATE-TIME.")
  @Nullable Path out;

  @Option(
      names = "--checkpoint-every",
      paramLabel = "N",
      description =
          "Steps between two checkpoints. Default: whenever half a minute has passed, more rarely"
              + " if writing takes long.")
  @Nullable Long checkpointEvery;

  @Option(
      names = "--keep",
      paramLabel = "N",
      defaultValue = "3",
      description = "Checkpoints to keep beside the best. Default: ${DEFAULT-VALUE}.")
  int keep;

  @Mixin DeviceOptions device;

  @Spec(Spec.Target.MIXEE)
  CommandSpec recipe;

  /// What is to be done with the recipe instead of training; null to train.
  @Nullable Visitor visitor;

  /// Looks at a training that isn't begun.
  interface Visitor {
    /// @return the exit code
    int visit(Training training) throws IOException;
  }

  /// What [Resume] goes on with; null for a new run.
  @Nullable Continuation continuation;

  /// How long to train, one way or the other.
  static final class Length {
    @Option(names = "--steps", paramLabel = "N", description = "Steps to train.")
    @Nullable Long steps;

    @Option(names = "--epochs", paramLabel = "N", description = "Passes over the data to train.")
    @Nullable Long epochs;

    static Length ofSteps(long steps) {
      Length length = new Length();
      length.steps = steps;
      return length;
    }

    static Length ofEpochs(long epochs) {
      Length length = new Length();
      length.epochs = epochs;
      return length;
    }

    long steps(long stepsPerEpoch) {
      if (steps != null) {
        return Require.atLeast("--steps", steps, 1);
      }
      long passes = epochs == null ? 1 : Require.atLeast("--epochs", epochs, 1);
      return Require.product("--epochs", passes, "steps an epoch", stepsPerEpoch, Long.MAX_VALUE);
    }
  }

  /// Steps to train.
  ///
  /// @param otherwise when neither `--steps` nor `--epochs` is given
  long steps(long stepsPerEpoch, Length otherwise) {
    return (length == null ? otherwise : length).steps(Math.max(1, stepsPerEpoch));
  }

  /// The part of `config.json` that every recipe has.
  ///
  /// @param source what is learned from
  /// @param data its fingerprint, by which resuming knows it again
  Map<String, Object> config(
      String name, String source, Fingerprint data, long steps, int batch, double rate) {
    Map<String, Object> config = new LinkedHashMap<>();
    config.put("recipe", name);
    config.put("version", Version.number());
    config.put("created", ZonedDateTime.now().format(DateTimeFormatter.ISO_OFFSET_DATE_TIME));
    config.put("device", Device.standard().toString());
    config.put("threads", Switches.threads());
    config.put("data", source);
    config.put("data_check", data.toConfig());
    config.put("seed", seed);
    config.put("steps", steps);
    config.put("batch", batch);
    config.put("lr", rate);
    config.put("options", RecordedOptions.of(recipe).toJson());
    return config;
  }

  /// Makes the run's folder, or opens it again where the run is resumed.
  ///
  /// @param config all of it
  /// @throws FormatException if the folder can't be made or written; on resuming, if `config` isn't
  ///   the one that the run began with
  Run open(String name, Map<String, ? extends @Nullable Object> config) throws FormatException {
    Require.atLeast("--keep", keep, 1);
    if (checkpointEvery != null) {
      Require.atLeast("--checkpoint-every", checkpointEvery, 1);
    }
    return continuation == null
        ? Run.begin(RunFolder.create(out, name), config, this)
        : Run.goOn(continuation, config, this);
  }
}
