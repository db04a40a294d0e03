/// The C text of kernels, the same for OpenCL and CUDA but for a small [Dialect]: a task of a
/// schedule becomes [Call]s, which a device only has to compile and to launch.
@NullMarked
package jacquard.kernels.csource;

import org.jspecify.annotations.NullMarked;
