/// Matrix products on plain Java arrays: packed, tiled, parallel, with generated vector
/// micro-kernels.
@NullMarked
package jacquard.kernels.cpu.gemm;

import org.jspecify.annotations.NullMarked;
