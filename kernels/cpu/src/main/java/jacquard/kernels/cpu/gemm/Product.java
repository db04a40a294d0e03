package jacquard.kernels.cpu.gemm;

import org.jspecify.annotations.Nullable;

/// The arguments of the product under way, with batch dims folded into the rows where B is shared
/// along them. Reused from call to call.
final class Product {
  private static final Object NOTHING = new float[0];

  Element element = Element.F32;
  Loops loops = F32Loops.INSTANCE;
  GemmShape shape = GemmShape.nn(0, 0, 0);
  Object a = NOTHING;
  Object b = NOTHING;
  Object c = NOTHING;
  boolean accumulate;

  /// Rows of an item, and items.
  int m;

  int items;

  private int folded;
  private int aOffset;
  private int bOffset;
  private int cOffset;
  private @Nullable Epilogue epilogue;

  void set(
      Element newElement,
      GemmShape newShape,
      Object newA,
      int newAOffset,
      Object newB,
      int newBOffset,
      Object newC,
      int newCOffset,
      boolean newAccumulate,
      @Nullable Epilogue newEpilogue) {
    element = newElement;
    loops = element.loops();
    shape = newShape;
    a = newA;
    b = newB;
    c = newC;
    aOffset = newAOffset;
    bOffset = newBOffset;
    cOffset = newCOffset;
    accumulate = newAccumulate;
    epilogue = newEpilogue;
    folded = shape.batch().foldableDims(shape.m(), shape.aRowStride(), shape.cRowStride());
    int rest = shape.batch().countOfLast(folded);
    m = shape.m() * rest;
    items = rest == 0 ? 0 : shape.batch().count() / rest;
  }

  /// The same product without its arrays.
  Product outline() {
    Product alike = new Product();
    alike.set(element, shape, NOTHING, 0, NOTHING, 0, NOTHING, 0, accumulate, null);
    return alike;
  }

  /// Lets go of the caller's arrays.
  void release() {
    a = NOTHING;
    b = NOTHING;
    c = NOTHING;
    epilogue = null;
  }

  int aOrigin(int item) {
    return aOffset + shape.batch().aOffset(item, folded);
  }

  int bOrigin(int item) {
    return bOffset + shape.batch().bOffset(item, folded);
  }

  int cOrigin(int item) {
    return cOffset + shape.batch().cOffset(item, folded);
  }

  boolean hasEpilogue() {
    return epilogue != null;
  }

  /// Whether C is read by anything but the epilogue.
  boolean keepsResult() {
    return epilogue == null || epilogue.keepsResult();
  }

  /// Hands finished rows to the epilogue, under the caller's numbers of batch item and row.
  void finish(int item, int from, int to, int worker) {
    finish(item, from, to, worker, c, cOrigin(item) + from * shape.cRowStride());
  }

  /// The same for rows that lie elsewhere, row `from` at `offset` of `at`.
  void finish(int item, int from, int to, int worker, Object at, int offset) {
    Epilogue finisher = epilogue;
    if (finisher == null) {
      return;
    }
    int rows = shape.m();
    int perItem = m / rows;
    for (int row = from; row < to; ) {
      int part = row / rows;
      int end = Math.min(to, (part + 1) * rows);
      finisher.rows(
          item * perItem + part,
          row - part * rows,
          end - part * rows,
          worker,
          at,
          offset + (row - from) * shape.cRowStride());
      row = end;
    }
  }
}
