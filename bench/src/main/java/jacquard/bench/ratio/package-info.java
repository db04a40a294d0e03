/// `jacquard bench ratio`: our times over the peers'.
@NullMarked
package jacquard.bench.ratio;

import org.jspecify.annotations.NullMarked;
