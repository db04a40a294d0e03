package jacquard.kernels.cuda;

import jcuda.driver.CUfunction;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/// Code loaded into a device, unloaded when it is unreachable: a plan holds the modules of its
/// kernels.
record CudaModule(CUmodule module) {
  CUfunction function(String name) {
    CUfunction function = new CUfunction();
    JCudaDriver.cuModuleGetFunction(function, module, name);
    return function;
  }
}
