package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_Object;
import static java.lang.constant.ConstantDescs.CD_byte;
import static java.lang.constant.ConstantDescs.CD_int;
import static java.lang.constant.ConstantDescs.CD_void;

import jacquard.kernels.Kernel.Access;
import jacquard.kernels.Kernel.Inner;
import jacquard.tensor.DType;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;

/// Writes the loads and stores of one vector of the inner axis at a known displacement from the
/// loop's index.
final class VectorMemory {
  private static final ClassDesc SYSTEM = ClassDesc.of("java.lang.System");
  private static final MethodTypeDesc ARRAYCOPY =
      MethodTypeDesc.of(CD_void, CD_Object, CD_int, CD_Object, CD_int, CD_int);

  private final LoopWriter loop;
  private final CodeBuilder code;
  private final Api api;
  private final int displacement;
  private final boolean partial;

  /// @param displacement of the first lane from the loop's index, in elements
  /// @param partial whether only the first lanes of the vector are in range: those of the loop's
  ///   tail
  VectorMemory(LoopWriter loop, int displacement, boolean partial) {
    this.loop = loop;
    this.code = loop.code();
    this.api = loop.api();
    this.displacement = displacement;
    this.partial = partial;
  }

  private Access access(int index) {
    return loop.kernel().accesses().get(index);
  }

  /// Whether loading it loops or branches, which must not find anything on the operand stack.
  boolean needsEmptyStack(int access) {
    return partial || isByLanes(access(access));
  }

  /// Whether elements are moved one by one: bytes that have no vector of the right length or are
  /// the last of a row, and elements that are apart. The Vector API's gather allocates its index
  /// vector in each call, also when compiled: 6.2 ns an element, against 0.8 one by one.
  private boolean isByLanes(Access access) {
    boolean bytes = access.dtype().bytes() == 1;
    return access.inner() == Inner.ANY || (bytes && (partial || !api.hasBytes()));
  }

  /// Pushes the vector, or the mask, of an access.
  void load(int access) {
    Access a = access(access);
    Lane lane = Lane.of(a.dtype());
    boolean bytes = a.dtype().bytes() == 1;
    if (isByLanes(a)) {
      Lane buffer = lane == Lane.MASK ? Lane.I32 : lane;
      byLanes(
          buffer,
          l -> {
            code.aload(loop.array(access));
            loop.walk().pushIndex(access, displacement);
            lane(access, l);
            code.iadd();
            ScalarWriter.arrayLoad(code, a.dtype());
          });
      loadLaneBuffer(buffer, 0);
    } else if (bytes) {
      api.loadBytes(() -> arrayAndIndex(access));
    } else if (partial) {
      loadTail(access, lane);
    } else {
      api.load(lane, () -> arrayAndIndex(access));
    }
    if (a.dtype() == DType.BOOL) {
      api.compare(Lane.I32, "NE", () -> api.broadcast(Lane.I32, code::iconst_0));
    }
  }

  /// Loads a whole vector of which only the lanes in range are used: at the end of an array, where
  /// there is none, through the lane buffer. The Vector API's masked loads and stores give several
  /// times the code, most of it for indices that are out of range.
  private void loadTail(int access, Lane lane) {
    int array = loop.newReference();
    int index = loop.newInt();
    arrayAndIndex(access);
    code.istore(index).astore(array);
    code.iload(index).aload(array).arraylength().loadConstant(loop.lanes()).isub();
    Label inside = code.newLabel();
    code.if_icmple(inside);
    code.aload(array).iload(index).aload(loop.laneBuffer(lane)).iconst_0();
    copy();
    code.aload(loop.laneBuffer(lane)).astore(array).iconst_0().istore(index);
    code.labelBinding(inside);
    api.load(lane, () -> code.aload(array).iload(index));
  }

  /// Copies as many elements as there are lanes in range.
  ///
  /// array, index, array, index ->
  private void copy() {
    code.iload(loop.tailCount()).invokestatic(SYSTEM, "arraycopy", ARRAYCOPY);
  }

  private void arrayAndIndex(int access) {
    code.aload(loop.array(access));
    loop.walk().pushIndex(access, displacement);
  }

  /// Pushes the distance of lane `l` from the first.
  private void lane(int access, int l) {
    code.iload(l);
    switch (access(access).inner()) {
      case ZERO -> code.iconst_0().imul();
      case ONE -> {}
      case ANY -> code.iload(loop.walk().innerStride(access)).imul();
    }
  }

  interface LaneBody {
    /// @param l local variable with the number of the lane
    void write(int l);
  }

  /// For each lane in range, what `body` pushes goes to the lane buffer.
  private void byLanes(Lane lane, LaneBody body) {
    forLanes(
        partial,
        l -> {
          code.aload(loop.laneBuffer(lane)).iload(l);
          body.write(l);
          code.arrayStore(lane.kind());
        });
  }

  /// Writes a loop over the lanes, or over those in range.
  void forLanes(boolean onlyInRange, LaneBody body) {
    int l = loop.newInt();
    Label top = code.newLabel();
    Label end = code.newLabel();
    code.iconst_0().istore(l).labelBinding(top).iload(l);
    if (onlyInRange) {
      code.iload(loop.tailCount());
    } else {
      code.loadConstant(loop.lanes());
    }
    code.if_icmpge(end);
    body.write(l);
    code.iinc(l, 1).goto_(top).labelBinding(end);
  }

  /// -> vector, from the lane buffer
  void loadLaneBuffer(Lane lane, int at) {
    api.load(lane, () -> code.aload(loop.laneBuffer(lane)).loadConstant(at));
  }

  /// vector ->, to the lane buffer
  void storeLaneBuffer(Lane lane, int at) {
    code.aload(loop.laneBuffer(lane)).loadConstant(at);
    api.store(lane.vector(), lane.array());
  }

  /// Writes a vector to memory, truth as 0 and 1 in i32 lanes.
  ///
  /// vector ->
  void store(int access) {
    Access a = access(access);
    Lane lane = a.dtype().bytes() == 1 ? Lane.I32 : Lane.of(a.dtype());
    boolean bytes = a.dtype().bytes() == 1;
    if (a.inner() == Inner.ONE && !bytes && partial) {
      storeLaneBuffer(lane, 0);
      code.aload(loop.laneBuffer(lane)).iconst_0();
      arrayAndIndex(access);
      copy();
    } else if (a.inner() == Inner.ONE && !bytes) {
      arrayAndIndex(access);
      api.store(lane.vector(), lane.array());
    } else if (a.inner() == Inner.ONE && api.hasBytes() && !partial) {
      api.toBytes();
      arrayAndIndex(access);
      api.store(Api.BYTES, CD_byte.arrayType());
    } else {
      storeLaneBuffer(lane, 0);
      forLanes(
          partial,
          l -> {
            arrayAndIndex(access);
            lane(access, l);
            code.iadd().aload(loop.laneBuffer(lane)).iload(l).arrayLoad(lane.kind());
            ScalarWriter.arrayStore(code, a.dtype());
          });
    }
  }
}
