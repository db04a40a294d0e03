/// Datasets, batches and the thread that prepares them.
///
///     Dataset      examples by index          ImageSet, ArrayDataset, TextWindows.spread
///     BatchSource  step -> Batch, pure        Batches (shuffled epochs), TextWindows.random
///     DataLoader   BatchSource + threads      delivers step, step + 1, ...
///
/// Every batch is a pure function of the seed and the step number, so the position of a run is one
/// `long`: a loader started at step `n` delivers bit for bit what an uninterrupted one would.
@NullMarked
package jacquard.nn.data;

import org.jspecify.annotations.NullMarked;
