/// What is measured, a row each: its operations and bytes, how Jacquard computes it, and the plain
/// loops that define it.
@NullMarked
package jacquard.bench.rows;

import org.jspecify.annotations.NullMarked;
