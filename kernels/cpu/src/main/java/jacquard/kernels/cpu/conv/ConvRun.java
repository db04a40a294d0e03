package jacquard.kernels.cpu.conv;

import jacquard.kernels.cpu.gemm.CacheLines;
import jacquard.kernels.cpu.gemm.Element;
import jacquard.kernels.cpu.gemm.KernelTable;
import jacquard.kernels.cpu.gemm.Loops;
import jacquard.kernels.cpu.gemm.Scratch;
import jacquard.kernels.cpu.machine.Grain;
import jacquard.kernels.cpu.machine.RangeBody;
import jacquard.kernels.cpu.machine.WorkerPool;
import java.util.List;

/// One convolution under way: its arguments, and the parts that the workers run. Reused from call
/// to call.
final class ConvRun {
  /// Images whose pixels are counted together, at most.
  private static final int MAX_GROUP = 8;

  /// Elements of the copies of a group of images, so that they stay in L2.
  private static final int GROUP_ELEMENTS = 64 * 1024;

  /// Elements of the copies of images that a weight gradient makes at a time.
  private static final int SHARED_ELEMENTS = 4 * 1024 * 1024;

  private final WorkerPool pool;
  private final KernelTable kernels;
  private final PanelWorker[] workers;
  private final RangeBody panelPart = this::panels;
  private final RangeBody sortPart = this::sort;
  private final RangeBody fillPart = this::fillShared;
  private final RangeBody sumPart = this::sums;

  private Element element = Element.F32;
  private ConvPlan plan = ConvPlan.forward(ConvShape.of(0, 1, 1, 1, 1, 1, 1, 0));
  private Object left = NOTHING;
  private int leftOffset;
  private Object source = NOTHING;
  private int sourceOffset;
  private Object target = NOTHING;
  private int targetOffset;
  private boolean gradient;

  private int panelColumns;
  private int group;
  private int panelsPerGroup;

  private Object shared = NOTHING;
  private int firstImage;
  private int endImage;
  private int tileParts;

  private static final Object NOTHING = new float[0];

  ConvRun(WorkerPool pool, KernelTable kernels) {
    this.pool = pool;
    this.kernels = kernels;
    workers = new PanelWorker[pool.threads()];
    for (int i = 0; i < workers.length; i++) {
      workers[i] = new PanelWorker(kernels);
    }
  }

  void forward(ConvPlan newPlan, Operands o) {
    start(newPlan, o.element());
    ConvShape s = plan.shape();
    if (s.yElements() == 0) {
      return;
    }
    if (!plan.complete()) {
      element.loops().zero(o.c(), o.cOffset(), 0, 1, s.yElements());
      return;
    }
    left = o.b();
    leftOffset = o.bOffset();
    gradient = false;
    multiply(o);
  }

  void inputGradient(ConvPlan newPlan, Operands o) {
    start(newPlan, o.element());
    ConvShape s = plan.shape();
    if (s.xElements() == 0) {
      return;
    }
    if (!plan.complete() || s.yElements() == 0) {
      element.loops().zero(o.c(), o.cOffset(), 0, 1, s.xElements());
    }
    if (s.yElements() == 0 || plan.products().isEmpty()) {
      return;
    }
    left = o.b();
    leftOffset = o.bOffset();
    target = workers[0].scratch().array(element, Scratch.Use.FILTERS, plan.order().length);
    targetOffset = element.lineStart();
    pool.parallelFor(plan.order().length, Grain.ofPlainLoop(1), sortPart);
    left = target;
    leftOffset = targetOffset;
    gradient = true;
    multiply(o);
  }

  void weightGradient(ConvPlan newPlan, Operands o) {
    start(newPlan, o.element());
    ConvShape s = plan.shape();
    if (s.wElements() == 0) {
      return;
    }
    if (s.yElements() == 0) {
      element.loops().zero(o.c(), o.cOffset(), 0, 1, s.wElements());
      return;
    }
    Object sums = workers[0].scratch().array(element, Scratch.Use.SUMS, s.wElements());
    int chunk = Math.clamp(SHARED_ELEMENTS / Math.max(1, plan.sourceImage()), 1, s.n());
    shared =
        workers[0].scratch().array(element, Scratch.Use.IMAGES, chunk * plan.sourceImage() + 64);
    GatheredProduct product = plan.products().getFirst();
    int tiles = PanelWorker.tiles(kernels, product.rows());
    int panels = ceilDiv(product.width(), panelColumns) * plan.products().size();
    boolean even = panels % pool.threads() == 0 || panels >= 8 * pool.threads();
    tileParts = even ? 1 : Math.min(pool.threads(), tiles);
    source = o.a();
    sourceOffset = o.aOffset();
    left = o.b();
    leftOffset = o.bOffset();
    target = sums;
    targetOffset = element.lineStart();
    for (firstImage = 0; firstImage < s.n(); firstImage = endImage) {
      endImage = Math.min(s.n(), firstImage + chunk);
      double flops = (double) s.flops() * (endImage - firstImage) / s.n();
      pool.parallelFor(
          endImage - firstImage, Grain.ofCopy(2.0 * element.bytes() * s.xImage()), fillPart);
      pool.parallelFor(panels * tileParts, Grain.ofProduct(flops / (panels * tileParts)), sumPart);
    }
    left = sums;
    leftOffset = targetOffset;
    target = o.c();
    targetOffset = o.cOffset();
    pool.parallelFor(plan.order().length, Grain.ofPlainLoop(1), sortPart);
    finish();
  }

  private void start(ConvPlan newPlan, Element newElement) {
    plan = newPlan;
    element = newElement;
    panelColumns = PanelWorker.panelColumns(kernels, element);
    for (PanelWorker worker : workers) {
      worker.use(element);
    }
  }

  private void finish() {
    left = NOTHING;
    source = NOTHING;
    target = NOTHING;
    shared = NOTHING;
  }

  /// Runs the products of a forward form or an input gradient.
  private void multiply(Operands o) {
    source = o.a();
    sourceOffset = o.aOffset();
    target = o.c();
    targetOffset = o.cOffset();
    if (!kernels.shape().readsRows()) {
      packLeft();
    }
    ConvShape s = plan.shape();
    group = groupSize();
    panelsPerGroup = 0;
    for (GatheredProduct product : plan.products()) {
      panelsPerGroup += ceilDiv(group * product.width(), panelColumns);
    }
    int items = ceilDiv(s.n(), group) * panelsPerGroup;
    pool.parallelFor(items, Grain.ofProduct((double) s.flops() / items), panelPart);
    finish();
  }

  private void packLeft() {
    int size = 0;
    for (GatheredProduct product : plan.products()) {
      size += PanelWorker.packedSize(kernels, product);
    }
    Object packed = workers[0].scratch().array(element, Scratch.Use.A_TILES, size);
    int offset = element.lineStart();
    for (GatheredProduct product : plan.products()) {
      workers[0].packLeft(product, left, leftOffset + product.leftOffset(), packed, offset);
      offset += PanelWorker.packedSize(kernels, product);
    }
    left = packed;
    leftOffset = element.lineStart();
  }

  /// Images to count together: the fewest that leave little of the last panel empty.
  private int groupSize() {
    int width = plan.products().getFirst().width();
    int most = Math.min(MAX_GROUP, GROUP_ELEMENTS / Math.max(1, plan.sourceImage()));
    most = Math.clamp(most, 1, plan.shape().n());
    int best = 1;
    double bestWaste = Double.MAX_VALUE;
    for (int images = 1; images <= most; images++) {
      int columns = images * width;
      double waste = (double) ceilDiv(columns, panelColumns) * panelColumns / columns;
      if (waste < bestWaste - 0.02) {
        best = images;
        bestWaste = waste;
      }
    }
    return best;
  }

  /// Phase: panels `from .. to - 1`, counted through the groups of images and the products.
  private void panels(int from, int to, int worker) {
    PanelWorker own = workers[worker];
    Object images =
        own.scratch().array(element, Scratch.Use.IMAGES, group * plan.sourceImage() + 64);
    int start = element.lineStart();
    element.loops().zero(images, start, 0, 1, group * plan.sourceImage());
    List<GatheredProduct> products = plan.products();
    for (int g = from / panelsPerGroup; g * panelsPerGroup < to; g++) {
      int first = g * group;
      int count = Math.min(group, plan.shape().n() - first);
      int panel = g * panelsPerGroup;
      int filled = 0;
      int packedLeft = leftOffset;
      for (int i = 0; i < products.size(); i++) {
        GatheredProduct product = products.get(i);
        int columns = count * product.width();
        int panels = ceilDiv(group * product.width(), panelColumns);
        for (int p = Math.max(0, from - panel); p < Math.min(panels, to - panel); p++) {
          int column = p * panelColumns;
          int end = Math.min(columns, column + panelColumns);
          if (column >= columns) {
            break;
          }
          for (int image = column / product.width(); image * product.width() < end; image++) {
            if ((filled & 1 << image) == 0) {
              filled |= 1 << image;
              fill(first + image, images, start + image * plan.sourceImage());
              int size = targetImage();
              touch(own, target, targetOffset + (first + image) * size, size);
            }
          }
          own.panel(
              product,
              left,
              kernels.shape().readsRows() ? leftOffset + product.leftOffset() : packedLeft,
              images,
              start,
              plan.sourceImage(),
              target,
              targetOffset + first * targetImage(),
              targetImage(),
              column,
              end - column,
              0,
              PanelWorker.tiles(kernels, product.rows()),
              false);
        }
        panel += panels;
        packedLeft += PanelWorker.packedSize(kernels, product);
      }
    }
  }

  private int targetImage() {
    return gradient ? plan.shape().xImage() : plan.shape().yImage();
  }

  private static void touch(PanelWorker own, Object array, int offset, int count) {
    own.touched = CacheLines.touchImage(array, offset, count);
  }

  /// Copies an image to where a product gathers from.
  private void fill(int image, Object to, int at) {
    ConvShape s = plan.shape();
    if (gradient) {
      PaddedImage.gradient(plan, element, source, sourceOffset + image * s.yImage(), to, at);
    } else {
      PaddedImage.forward(plan, element, source, sourceOffset + image * s.xImage(), to, at);
    }
  }

  /// Phase: elements `from .. to - 1` of filters or sums in another order.
  private void sort(int from, int to, int worker) {
    element.loops().permute(left, leftOffset, plan.order(), from, to, target, targetOffset);
  }

  /// Phase: copies of images `from .. to - 1` of the chunk, channels innermost.
  private void fillShared(int from, int to, int worker) {
    ConvShape s = plan.shape();
    Loops loops = element.loops();
    int channels = s.channels();
    int rows = Math.min(s.h(), plan.rows() - s.padTop());
    int columns = Math.min(s.w(), plan.rowLength() / channels - s.padLeft());
    for (int image = from; image < to; image++) {
      int at = element.lineStart() + image * plan.sourceImage();
      loops.zero(shared, at, 0, 1, plan.sourceImage());
      for (int c = 0; c < s.c() && rows > 0 && columns > 0; c++) {
        int plane = at + c / channels * plan.plane() + c % channels;
        loops.copy(
            source,
            sourceOffset + (firstImage + image) * s.xImage() + c * s.h() * s.w(),
            s.w(),
            1,
            shared,
            plane + s.padTop() * plan.rowLength() + s.padLeft() * channels,
            plan.rowLength(),
            channels,
            rows,
            columns);
      }
    }
  }

  /// Phase: parts `from .. to - 1` of the sums, all images of the chunk. A part is some tiles of a
  /// panel.
  private void sums(int from, int to, int worker) {
    PanelWorker own = workers[worker];
    GatheredProduct any = plan.products().getFirst();
    int perProduct = ceilDiv(any.width(), panelColumns) * tileParts;
    int tiles = PanelWorker.tiles(kernels, any.rows());
    boolean inPlace = kernels.shape().readsRows();
    int packedSize = inPlace ? 0 : PanelWorker.packedSize(kernels, any);
    for (int image = firstImage; image < endImage; image++) {
      touchRows(own, image, from, to);
      int packed = -1;
      for (int item = from; item < to; item++) {
        GatheredProduct product = plan.products().get(item / perProduct);
        Object rows = left;
        int rowsOffset = leftOffset + image * plan.shape().yImage() + product.leftOffset();
        if (!inPlace) {
          rows = own.scratch().array(element, Scratch.Use.A_TILES, packedSize);
          if (packed != item / perProduct) {
            packed = item / perProduct;
            own.packLeft(product, left, rowsOffset, rows, element.lineStart());
          }
          rowsOffset = element.lineStart();
        }
        int column = item % perProduct / tileParts * panelColumns;
        int part = item % tileParts;
        own.panel(
            product,
            rows,
            rowsOffset,
            shared,
            element.lineStart() + (image - firstImage) * plan.sourceImage(),
            0,
            target,
            targetOffset,
            0,
            column,
            Math.min(panelColumns, product.width() - column),
            tiles * part / tileParts,
            tiles * (part + 1) / tileParts,
            image > 0);
      }
    }
  }

  /// Touches what items `from .. to - 1` of the sums read of an image of `dy`: if they are tiles of
  /// one panel, which read it in place, the rows of those.
  private void touchRows(PanelWorker own, int image, int from, int to) {
    ConvShape s = plan.shape();
    int first = 0;
    int end = s.o();
    if (kernels.shape().readsRows() && from / tileParts == (to - 1) / tileParts) {
      int tiles = PanelWorker.tiles(kernels, s.filters());
      int product = from / (ceilDiv(plan.products().getFirst().width(), panelColumns) * tileParts);
      int row = product * s.filters();
      int endTile = tiles * ((to - 1) % tileParts + 1) / tileParts;
      first = row + Panels.tileRow(s.filters(), tiles, tiles * (from % tileParts) / tileParts);
      end = row + Panels.tileRow(s.filters(), tiles, endTile);
    }
    int pixels = s.oh() * s.ow();
    touch(own, left, leftOffset + image * s.yImage() + first * pixels, (end - first) * pixels);
  }

  private static int ceilDiv(int x, int y) {
    return (x + y - 1) / y;
  }
}
