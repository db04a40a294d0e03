/// Tasks that are no loop kernels, on Java arrays: gather, scatter, scans, dynamic slices.
@NullMarked
package jacquard.kernels.cpu.host;

import org.jspecify.annotations.NullMarked;
