/// The training loop's pieces.
@NullMarked
package jacquard.nn.train;

import org.jspecify.annotations.NullMarked;
