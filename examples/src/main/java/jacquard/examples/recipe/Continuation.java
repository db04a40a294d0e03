package jacquard.examples.recipe;

import jacquard.nn.io.Json;
import jacquard.nn.train.CheckpointFile;
import org.jspecify.annotations.Nullable;

/// What a resumed run goes on with.
///
/// @param folder locked by this process
/// @param config as `config.json` has it
/// @param checkpoint null if the run was ended before it wrote one: it begins again
/// @param end steps to make since the run began
/// @param rewinding whether the checkpoint was named, and later ones are to be set aside
record Continuation(
    RunFolder folder,
    Json config,
    @Nullable CheckpointFile checkpoint,
    long end,
    boolean rewinding) {}
