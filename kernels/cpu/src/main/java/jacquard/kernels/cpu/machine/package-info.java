/// What the processor offers to every kind of kernel: its vector width and a pool of worker
/// threads.
@NullMarked
package jacquard.kernels.cpu.machine;

import org.jspecify.annotations.NullMarked;
