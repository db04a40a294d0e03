package jacquard.kernels.cuda;

import jacquard.kernels.csource.Call;
import jcuda.driver.CUfunction;
import jcuda.driver.CUfunction_attribute;
import jcuda.driver.CUmodule;
import jcuda.driver.JCudaDriver;

/// Code loaded into a device, unloaded when it is unreachable: a plan holds the modules of its
/// kernels.
record CudaModule(CUmodule module) {
  /// A kernel, which may be launched with as much memory for a group as the call asks for.
  CUfunction function(Call call) {
    CUfunction function = new CUfunction();
    JCudaDriver.cuModuleGetFunction(function, module, call.entry());
    if (call.dynamicBytes() > CudaTarget.SHARED_BYTES) {
      JCudaDriver.cuFuncSetAttribute(
          function,
          CUfunction_attribute.CU_FUNC_ATTRIBUTE_MAX_DYNAMIC_SHARED_SIZE_BYTES,
          call.dynamicBytes());
    }
    return function;
  }
}
