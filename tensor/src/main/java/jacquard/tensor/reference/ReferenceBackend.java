package jacquard.tensor.reference;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.util.ArrayList;
import java.util.List;

/// The device `reference`: host memory, evaluated by [Evaluator].
public final class ReferenceBackend implements Backend {

  /// It needs no setting up.
  public ReferenceBackend() {}

  @Override
  public Device device() {
    return Device.REFERENCE;
  }

  @Override
  public Buffer place(HostBuffer host) {
    return host;
  }

  @Override
  public Buffer allocate(DType dtype, int size) {
    return HostBuffer.allocate(dtype, size);
  }

  @Override
  public Compiled compile(List<Root> roots) {
    return new Replay(this, roots);
  }

  @Override
  public List<Buffer> run(List<Root> roots) {
    List<Value> values = Evaluator.evaluate(roots.stream().map(Root::node).toList());
    List<Buffer> buffers = new ArrayList<>();
    for (int i = 0; i < roots.size(); i++) {
      Node node = roots.get(i).node();
      Buffer into = roots.get(i).into();
      Buffer buffer = into == null ? allocate(node.dtype(), node.shape().arraySize()) : into;
      values.get(i).write(buffer);
      buffers.add(buffer);
    }
    return buffers;
  }
}
