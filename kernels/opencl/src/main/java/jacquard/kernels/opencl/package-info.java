/// The OpenCL back end: kernels of [jacquard.kernels.csource], compiled and launched through JOCL.
@NullMarked
package jacquard.kernels.opencl;

import org.jspecify.annotations.NullMarked;
