package jacquard.kernels.opencl;

import jacquard.kernels.csource.Transfers;
import java.nio.ByteBuffer;
import org.jocl.CL;
import org.jocl.Pointer;
import org.jocl.cl_command_queue;
import org.jocl.cl_context;
import org.jocl.cl_event;
import org.jocl.cl_mem;
import org.jspecify.annotations.Nullable;

/// Transfers by two in-order queues and memory that is mapped for as long as the device is open.
final class ClTransfers implements Transfers.Driver<cl_mem> {
  private static final String TO_DEVICE = "a copy to it";

  private final ClTarget target;

  /// Where kernels run.
  private final cl_command_queue queue;

  private final cl_command_queue uploads;
  private final cl_mem landing;
  private final ByteBuffer host;
  private final @Nullable cl_event[] loaded = new @Nullable cl_event[Transfers.PARTS];
  private final @Nullable cl_event[] landed = new @Nullable cl_event[Transfers.PARTS];

  ClTransfers(ClTarget target) {
    this.target = target;
    queue = target.queue;
    cl_context context = target.context;
    String what = "opening it for transfers";
    uploads =
        target.attempt(what, () -> CL.clCreateCommandQueue(context, target.limits.id(), 0, null));
    landing = target.memory.allocate((long) Transfers.PARTS * Transfers.PART_BYTES);
    long flags = CL.CL_MEM_READ_WRITE | CL.CL_MEM_ALLOC_HOST_PTR;
    int bytes = Transfers.HOST_BYTES;
    cl_mem mapped =
        target.attempt(what, () -> CL.clCreateBuffer(context, flags, bytes, null, null));
    long access = CL.CL_MAP_READ | CL.CL_MAP_WRITE;
    host =
        target.attempt(
            what,
            () ->
                CL.clEnqueueMapBuffer(queue, mapped, true, access, 0, bytes, 0, null, null, null));
  }

  ByteBuffer host() {
    return host;
  }

  private Pointer part(int part) {
    return Pointer.to(host).withByteOffset((long) part * Transfers.PART_BYTES);
  }

  /// Keeps the event of a command that is in a queue, in place of an earlier one.
  private static void keep(@Nullable cl_event[] events, int part, cl_event event) {
    cl_event old = events[part];
    events[part] = event;
    if (old != null) {
      CL.clReleaseEvent(old);
    }
  }

  private static cl_event @Nullable [] after(@Nullable cl_event event) {
    return event == null ? null : new cl_event[] {event};
  }

  @Override
  public void await(int part) {
    cl_event event = loaded[part];
    if (event != null) {
      // a queue may only wait for another one's event if that was flushed
      target.attempt(TO_DEVICE, () -> CL.clFlush(queue));
      target.attempt(TO_DEVICE, () -> CL.clWaitForEvents(1, new cl_event[] {event}));
    }
  }

  @Override
  public void send(int part, int bytes, cl_mem to, long byteOffset) {
    cl_event done = new cl_event();
    target.attempt(
        TO_DEVICE,
        () ->
            CL.clEnqueueWriteBuffer(
                queue, to, false, byteOffset, bytes, part(part), 0, null, done));
    keep(loaded, part, done);
  }

  @Override
  public void load(int part, int bytes) {
    long start = (long) part * Transfers.PART_BYTES;
    cl_event[] before = after(landed[part]);
    int count = before == null ? 0 : 1;
    cl_event done = new cl_event();
    target.attempt(
        TO_DEVICE,
        () ->
            CL.clEnqueueWriteBuffer(
                uploads, landing, false, start, bytes, part(part), count, before, done));
    keep(loaded, part, done);
    target.attempt(TO_DEVICE, () -> CL.clFlush(uploads));
  }

  @Override
  public void land(int part, int bytes, cl_mem to, long byteOffset) {
    long start = (long) part * Transfers.PART_BYTES;
    cl_event[] before = after(loaded[part]);
    cl_event done = new cl_event();
    target.attempt(
        TO_DEVICE,
        () ->
            CL.clEnqueueCopyBuffer(queue, landing, to, start, byteOffset, bytes, 1, before, done));
    keep(landed, part, done);
    target.attempt(TO_DEVICE, () -> CL.clFlush(queue));
  }

  @Override
  public void fetch(cl_mem from, long byteOffset, int bytes) {
    Pointer to = part(Transfers.PARTS);
    target.attempt(
        "a copy from it",
        () -> CL.clEnqueueReadBuffer(queue, from, true, byteOffset, bytes, to, 0, null, null));
  }

  @Override
  public void clear(cl_mem block, long bytes) {
    Pointer zero = Pointer.to(new byte[1]);
    target.attempt(
        "clearing memory",
        () -> CL.clEnqueueFillBuffer(queue, block, zero, 1, 0, bytes, 0, null, null));
  }
}
