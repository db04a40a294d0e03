/// What a kernel on this processor can't exceed: multiply-adds in registers, and copies.
@NullMarked
package jacquard.kernels.cpu.ceiling;

import org.jspecify.annotations.NullMarked;
