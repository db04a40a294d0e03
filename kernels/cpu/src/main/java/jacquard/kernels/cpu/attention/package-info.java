/// Attention and its gradient without the matrix of all scores.
@NullMarked
package jacquard.kernels.cpu.attention;

import org.jspecify.annotations.NullMarked;
