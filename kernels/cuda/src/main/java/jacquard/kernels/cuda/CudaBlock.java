package jacquard.kernels.cuda;

import jcuda.driver.CUdeviceptr;

/// Memory of a device.
///
/// @param pointer as jcuda wants it
/// @param address the same as kernels find it in their table
record CudaBlock(CUdeviceptr pointer, long address) {
  CudaBlock at(long byteOffset) {
    return new CudaBlock(pointer.withByteOffset(byteOffset), address + byteOffset);
  }
}
