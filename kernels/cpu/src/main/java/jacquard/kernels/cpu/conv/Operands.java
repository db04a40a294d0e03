package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;

/// The arrays of a call: those of its caller, which are kept no longer than it takes, and the
/// memory that its threads share. Reused from call to call.
///
/// | form            | `a`  | `b`  | `c`, the result |
/// |-----------------|------|------|-----------------|
/// | forward         | `x`  | `w`  | `y`             |
/// | input gradient  | `dy` | `w`  | `dx`            |
/// | weight gradient | `x`  | `dy` | `dw`            |
final class Operands {
  private static final Object NOTHING = new float[0];

  private final Scratch shared;
  private Element element = Element.F32;
  private Object a = NOTHING;
  private int aOffset;
  private Object b = NOTHING;
  private int bOffset;
  private Object c = NOTHING;
  private int cOffset;

  /// @param shared working memory of one worker
  Operands(Scratch shared) {
    this.shared = shared;
  }

  /// Begins a call.
  void use(
      Element newElement,
      Object newA,
      int newAOffset,
      Object newB,
      int newBOffset,
      Object newC,
      int newCOffset) {
    element = newElement;
    a = newA;
    aOffset = newAOffset;
    b = newB;
    bOffset = newBOffset;
    c = newC;
    cOffset = newCOffset;
  }

  /// Ends a call.
  void release() {
    a = NOTHING;
    b = NOTHING;
    c = NOTHING;
  }

  Element element() {
    return element;
  }

  Loops loops() {
    return element.loops();
  }

  /// Where working memory begins.
  int start() {
    return element.lineStart();
  }

  Object a() {
    return a;
  }

  int aOffset() {
    return aOffset;
  }

  Object b() {
    return b;
  }

  int bOffset() {
    return bOffset;
  }

  Object c() {
    return c;
  }

  int cOffset() {
    return cOffset;
  }

  /// Makes sure of shared memory, before a loop that uses it.
  Object allocate(Scratch.Use use, int length) {
    return shared.array(element, use, length);
  }

  /// Shared memory, as long as it was allocated.
  Object memory(Scratch.Use use) {
    return shared.array(element, use);
  }
}
