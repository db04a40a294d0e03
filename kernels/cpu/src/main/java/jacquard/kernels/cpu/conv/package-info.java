/// Convolutions on plain Java arrays, as matrix products whose right operand is gathered from the
/// image panel by panel.
@NullMarked
package jacquard.kernels.cpu.conv;

import org.jspecify.annotations.NullMarked;
