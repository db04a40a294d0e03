package jacquard.kernels.opencl;

import jacquard.kernels.csource.Transfers;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_device_id;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// Transfers by two in-order queues and memory that is mapped for as long as the device is open.
final class ClTransfers implements Transfers.Driver<cl_mem> {
  /// Where kernels run.
  private final cl_command_queue queue;

  private final cl_command_queue uploads;
  private final cl_mem landing;
  private final ByteBuffer host;
  private final @Nullable cl_event[] loaded = new @Nullable cl_event[Transfers.PARTS];
  private final @Nullable cl_event[] landed = new @Nullable cl_event[Transfers.PARTS];

  ClTransfers(cl_context context, cl_device_id device, cl_command_queue queue) {
    this.queue = queue;
    uploads = CL.clCreateCommandQueue(context, device, 0, null);
    long bytes = (long) Transfers.PARTS * Transfers.PART_BYTES;
    landing = CL.clCreateBuffer(context, CL.CL_MEM_READ_WRITE, bytes, null, null);
    long flags = CL.CL_MEM_READ_WRITE | CL.CL_MEM_ALLOC_HOST_PTR;
    cl_mem mapped = CL.clCreateBuffer(context, flags, Transfers.HOST_BYTES, null, null);
    long access = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
    host =
        CL.clEnqueueMapBuffer(
            queue, mapped, true, access, 0, Transfers.HOST_BYTES, 0, null, null, null);
  }

  ByteBuffer host() {
    return host;
  }

  private Pointer part(int part) {
    return Pointer.to(host).withByteOffset((long) part * Transfers.PART_BYTES);
  }

  /// Keeps the event of a command in place of an earlier one.
  private static cl_event fresh(@Nullable cl_event[] events, int part) {
    cl_event old = events[part];
    if (old != null) {
      CL.clReleaseEvent(old);
    }
    cl_event event = new cl_event();
    events[part] = event;
    return event;
  }

  private static cl_event @Nullable [] after(@Nullable cl_event event) {
    return event == null ? null : new cl_event[] {event};
  }

  @Override
  public void await(int part) {
    cl_event event = loaded[part];
    if (event != null) {
      CL.clFlush(queue); // a queue may only wait for another one's event if that was flushed
      CL.clWaitForEvents(1, new cl_event[] {event});
    }
  }

  @Override
  public void send(int part, int bytes, cl_mem to, long byteOffset) {
    cl_event done = fresh(loaded, part);
    CL.clEnqueueWriteBuffer(queue, to, false, byteOffset, bytes, part(part), 0, null, done);
  }

  @Override
  public void load(int part, int bytes) {
    long start = (long) part * Transfers.PART_BYTES;
    cl_event[] before = after(landed[part]);
    int count = before == null ? 0 : 1;
    cl_event done = fresh(loaded, part);
    CL.clEnqueueWriteBuffer(uploads, landing, false, start, bytes, part(part), count, before, done);
    CL.clFlush(uploads);
  }

  @Override
  public void land(int part, int bytes, cl_mem to, long byteOffset) {
    long start = (long) part * Transfers.PART_BYTES;
    cl_event[] before = after(loaded[part]);
    cl_event done = fresh(landed, part);
    CL.clEnqueueCopyBuffer(queue, landing, to, start, byteOffset, bytes, 1, before, done);
    CL.clFlush(queue);
  }

  @Override
  public void fetch(cl_mem from, long byteOffset, int bytes) {
    Pointer to = part(Transfers.PARTS);
    CL.clEnqueueReadBuffer(queue, from, true, byteOffset, bytes, to, 0, null, null);
  }

  @Override
  public void clear(cl_mem block, long bytes) {
    CL.clEnqueueFillBuffer(queue, block, Pointer.to(new byte[1]), 1, 0, bytes, 0, null, null);
  }
}
