package jacquard.tensor.testing;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import java.util.List;
import java.util.Set;

/// The operation table, large products, and products with loops behind them, on a device of a
/// machine without a build: `DeviceCheck DEVICE [f32]`. Ends with 1 if a row or a product fails.
public final class DeviceCheck {
  private static final int REPORTED = 400;
  private static final String PRODUCTS = "jacquard.products";

  private DeviceCheck() {}

  public static void main(String[] args) {
    if (args.length < 1 || args.length > 2 || (args.length == 2 && !args[1].equals("f32"))) {
      System.err.println("usage: DeviceCheck DEVICE [f32]");
      System.exit(2);
    }
    int failed = check(Device.parse(args[0]), args.length == 2);
    System.exit(failed == 0 ? 0 : 1);
  }

  /// @param f32 whether other dtypes are left out
  /// @return rows and products that failed
  static int check(Device device, boolean f32) {
    int failed = 0;
    for (OperationRow row : OperationTable.rows()) {
      try {
        BackendConformance.checkTogether(
            device, List.of(row), f32 ? Set.of(DType.F32) : row.dtypes());
      } catch (RuntimeException | AssertionError e) {
        failed++;
        String text = String.valueOf(e.getMessage());
        System.out.println(
            row.name() + ": " + text.substring(0, Math.min(REPORTED, text.length())));
      }
    }
    System.out.printf(
        "operation table on %s: %d rows, %d failed%n",
        device, OperationTable.rows().size(), failed);
    return failed + largeProducts(device, f32) + epilogues(device, f32);
  }

  private static int epilogues(Device device, boolean f32) {
    int failed = 0;
    int count = 0;
    for (DType dtype : f32 ? List.of(DType.F32) : List.of(DType.F32, DType.F16, DType.BF16)) {
      for (ProductEpilogues.Case c : ProductEpilogues.of(dtype, device)) {
        count++;
        try {
          double[] result = c.result().cast(DType.F64).toDoubleArray();
          ProductEpilogues.check(c, i -> result[i]);
        } catch (RuntimeException | AssertionError e) {
          failed++;
          System.out.println("product and loop, " + dtype + ": " + e.getMessage());
        }
      }
    }
    System.out.printf(
        "products with loops behind them on %s: %d, %d failed%n", device, count, failed);
    return failed;
  }

  /// Also of f32 whose operands may be rounded: these are exact in 11 bits.
  private static int largeProducts(Device device, boolean f32) {
    List<DType> all = List.of(DType.F32, DType.F16, DType.BF16);
    int failed = LargeProducts.check(device, f32 ? all.subList(0, 1) : all);
    String before = System.getProperty(PRODUCTS);
    System.setProperty(PRODUCTS, "tf32");
    try {
      return failed + LargeProducts.check(device, all.subList(0, 1));
    } finally {
      if (before == null) {
        System.clearProperty(PRODUCTS);
      } else {
        System.setProperty(PRODUCTS, before);
      }
    }
  }
}
