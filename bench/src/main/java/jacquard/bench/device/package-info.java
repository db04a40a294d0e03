/// What a device reaches on large kernels, any device: `jacquard bench device`.
@NullMarked
package jacquard.bench.device;

import org.jspecify.annotations.NullMarked;
