/// The CUDA back end: kernels of [jacquard.kernels.csource], compiled by NVRTC or `nvcc`, launched
/// through the driver, a plan as one graph.
@NullMarked
package jacquard.kernels.cuda;

import org.jspecify.annotations.NullMarked;
