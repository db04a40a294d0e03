/// The CUDA back end.
module jacquard.kernels.cuda {
  requires jacquard.kernels.csource;
  requires jcuda;
  requires static org.jspecify;

  exports jacquard.kernels.cuda;

  provides jacquard.tensor.spi.BackendProvider with
      jacquard.kernels.cuda.CudaProvider;
}
