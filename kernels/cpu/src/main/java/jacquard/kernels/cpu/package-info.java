/// The CPU back end: kernels generated as bytecode over the Vector API, and the threads that run
/// them.
@NullMarked
package jacquard.kernels.cpu;

import org.jspecify.annotations.NullMarked;
