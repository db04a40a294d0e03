/// `jacquard bench kernels`: JMH over the rows of [jacquard.bench.rows], against the machine's
/// ceilings, earlier reports and native libraries.
@NullMarked
package jacquard.bench.kernels;

import org.jspecify.annotations.NullMarked;
