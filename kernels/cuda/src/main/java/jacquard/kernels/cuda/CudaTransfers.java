package jacquard.kernels.cuda;

import jacquard.kernels.csource.Transfers;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import jcuda.CudaException;
import jcuda.Pointer;
import jcuda.driver.CUdeviceptr;
import jcuda.driver.CUevent;
import jcuda.driver.CUevent_flags;
import jcuda.driver.CUstream;
import jcuda.driver.CUstream_flags;
import jcuda.driver.JCudaDriver;

/// Transfers by two streams and locked host memory.
final class CudaTransfers implements Transfers.Driver<CudaBlock> {
  private static final String TO_DEVICE = "a copy to it";

  private final CudaTarget target;
  private final CUstream uploads = new CUstream();
  private final CudaBlock landing;
  private final CUevent[] loaded = new CUevent[Transfers.PARTS];
  private final CUevent[] landed = new CUevent[Transfers.PARTS];
  private final ByteBuffer host =
      ByteBuffer.allocateDirect(Transfers.HOST_BYTES).order(ByteOrder.nativeOrder());

  /// @param landing memory of the device, for all parts
  CudaTransfers(CudaTarget target, CudaBlock landing) {
    this.target = target;
    this.landing = landing;
    target.attempt(
        "opening a second stream",
        () -> {
          JCudaDriver.cuStreamCreate(uploads, CUstream_flags.CU_STREAM_NON_BLOCKING);
          for (int i = 0; i < Transfers.PARTS; i++) {
            loaded[i] = event();
            landed[i] = event();
          }
        });
    try {
      JCudaDriver.cuMemHostRegister(Pointer.to(host), Transfers.HOST_BYTES, 0);
    } catch (CudaException e) {
      // where memory can't be locked, the driver copies once more; events tell when in any case
      System.getLogger(CudaTransfers.class.getName())
          .log(System.Logger.Level.DEBUG, "cuda: host memory is not locked", e);
    }
  }

  private static CUevent event() {
    CUevent event = new CUevent();
    JCudaDriver.cuEventCreate(event, CUevent_flags.CU_EVENT_DISABLE_TIMING);
    return event;
  }

  ByteBuffer host() {
    return host;
  }

  private Pointer part(int part) {
    return Pointer.to(host).withByteOffset((long) part * Transfers.PART_BYTES);
  }

  private CUdeviceptr landing(int part) {
    return landing.at((long) part * Transfers.PART_BYTES).pointer();
  }

  @Override
  public void await(int part) {
    target.enter();
    target.attempt(TO_DEVICE, () -> JCudaDriver.cuEventSynchronize(loaded[part]));
  }

  @Override
  public void send(int part, int bytes, CudaBlock to, long byteOffset) {
    target.attempt(
        TO_DEVICE,
        () -> {
          CUdeviceptr at = to.at(byteOffset).pointer();
          JCudaDriver.cuMemcpyHtoDAsync(at, part(part), bytes, target.stream);
          JCudaDriver.cuEventRecord(loaded[part], target.stream);
        });
  }

  @Override
  public void load(int part, int bytes) {
    target.attempt(
        TO_DEVICE,
        () -> {
          JCudaDriver.cuStreamWaitEvent(uploads, landed[part], 0);
          JCudaDriver.cuMemcpyHtoDAsync(landing(part), part(part), bytes, uploads);
          JCudaDriver.cuEventRecord(loaded[part], uploads);
        });
  }

  @Override
  public void land(int part, int bytes, CudaBlock to, long byteOffset) {
    target.attempt(
        TO_DEVICE,
        () -> {
          CUdeviceptr at = to.at(byteOffset).pointer();
          JCudaDriver.cuStreamWaitEvent(target.stream, loaded[part], 0);
          JCudaDriver.cuMemcpyDtoDAsync(at, landing(part), bytes, target.stream);
          JCudaDriver.cuEventRecord(landed[part], target.stream);
        });
  }

  @Override
  public void fetch(CudaBlock from, long byteOffset, int bytes) {
    target.enter();
    target.attempt(
        "a copy from it",
        () ->
            JCudaDriver.cuMemcpyDtoHAsync(
                part(Transfers.PARTS), from.at(byteOffset).pointer(), bytes, target.stream));
    target.finish();
  }

  @Override
  public void clear(CudaBlock block, long bytes) {
    target.enter();
    target.attempt(
        "clearing memory",
        () -> JCudaDriver.cuMemsetD8Async(block.pointer(), (byte) 0, bytes, target.stream));
  }
}
