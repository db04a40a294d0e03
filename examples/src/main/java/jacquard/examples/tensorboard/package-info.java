/// Event files that TensorBoard reads: records, protocol-buffer messages, histograms.
@NullMarked
package jacquard.examples.tensorboard;

import org.jspecify.annotations.NullMarked;
