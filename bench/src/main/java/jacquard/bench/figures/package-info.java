/// What engines print about their speed, as lines of JSON.
@NullMarked
package jacquard.bench.figures;

import org.jspecify.annotations.NullMarked;
