/// The OpenCL back end.
module jacquard.kernels.opencl {
  requires jacquard.kernels.csource;
  requires jocl;
  requires static org.jspecify;

  exports jacquard.kernels.opencl;

  provides jacquard.tensor.spi.BackendProvider with
      jacquard.kernels.opencl.ClProvider;
}
