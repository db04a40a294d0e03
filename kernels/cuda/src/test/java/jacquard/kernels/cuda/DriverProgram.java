package jacquard.kernels.cuda;

import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.DeviceException;
import jacquard.tensor.IndexException;
import jacquard.tensor.Shape;
import jacquard.tensor.State;
import jacquard.tensor.Step;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.testing.LargeProducts;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// What [DriverTest] runs in a process of its own: prints what it is compared with.
final class DriverProgram {
  private static final Device CUDA = new Device("cuda", 0);

  private DriverProgram() {}

  /// @param args `all`, `upload`, `lost` or `probe`
  public static void main(String[] args) throws IOException {
    switch (args[0]) {
      case "all" -> {
        upload();
        compute();
      }
      case "upload" -> upload();
      case "lost" -> lose();
      case "probe" -> {
        CudaProvider provider = new CudaProvider();
        provider.devices().forEach(found -> System.out.println(found.description()));
        System.out.println(provider.trouble());
      }
      default -> throw new IllegalArgumentException(args[0]);
    }
  }

  private static void upload() {
    int large = 5 << 20;
    float[] values = new float[large];
    for (int i = 0; i < large; i++) {
      values[i] = i % 1000;
    }
    float[] more = Tensor.stored(DType.F32, values, Shape.of(large), CUDA).add(1).toFloatArray();
    int wrong = 0;
    for (int i = 0; i < large; i++) {
      wrong += more[i] == values[i] + 1 ? 0 : 1;
    }
    System.out.println("uploaded in parts: " + wrong + " wrong");
  }

  private static void compute() {
    State sum = new State("sum", Tensor.full(DType.F32, 0, Shape.of(3), CUDA));
    for (int step = 1; step <= 4; step++) {
      Tensor x = Tensor.stored(DType.F32, new float[] {step, 0, 1}, Shape.of(3), CUDA);
      Step.run(List.of(), List.of(new Update(sum, sum.value().add(x))));
    }
    System.out.println("a state after four steps: " + Arrays.toString(sum.value().toFloatArray()));
    List<State> states = new ArrayList<>();
    for (int size : new int[] {3, 200, 2}) {
      states.add(new State("s" + size, Tensor.full(DType.F32, 1, Shape.of(size), CUDA)));
    }
    for (int step = 1; step <= 4; step++) {
      System.setProperty("jacquard.validate", "" + (step == 4));
      Step.run(
          List.of(), states.stream().map(s -> new Update(s, s.value().mul(2).add(1))).toList());
    }
    System.clearProperty("jacquard.validate");
    for (State state : states) {
      float[] now = state.value().toFloatArray();
      System.out.println(now.length + " times " + now[now.length - 1]);
    }
    Tensor ones = Tensor.stored(DType.F32, new float[6000], Shape.of(2, 3000), CUDA).add(1);
    float[] sums = ones.matmul(ones.t()).toFloatArray();
    System.out.println("a product in parts: " + Arrays.toString(sums));
    var product = new LargeProducts.Product(DType.BF16, 1288, 1416, 8, false, true);
    for (int attempt = 1; attempt <= 2; attempt++) {
      try {
        System.out.println("a product of bf16: " + product.wrong(CUDA) + " wrong");
        break;
      } catch (DeviceException e) {
        System.out.println(e.getMessage().replaceAll("product_\\w{16}", "product"));
      }
    }
    try {
      Tensor index = Tensor.stored(DType.I32, new int[] {0, 5}, Shape.of(2), CUDA);
      ones.gather(index).toFloatArray();
    } catch (IndexException e) {
      System.out.println(e.getMessage());
    }
    try {
      Tensor.full(DType.F32, 1, Shape.of(1 << 28), CUDA).exp().toFloatArray();
    } catch (DeviceException e) {
      System.out.println(
          e.getMessage().replaceAll("free .*? of|in use here .*?,|values .*?;", "_"));
    }
    System.out.println("and goes on: " + ones.sum().item());
  }

  /// The driver fails from some point on: whatever is asked for then says so.
  private static void lose() throws IOException {
    Tensor ones = Tensor.stored(DType.F32, new float[] {1, 1, 1}, Shape.of(3), CUDA);
    Tensor twos = ones.add(1);
    System.out.println(Arrays.toString(twos.toFloatArray()));
    Files.createFile(Path.of(System.getenv("LOST")));
    List<Runnable> uses =
        List.of(
            () -> ones.add(1).toFloatArray(),
            () -> twos.toFloatArray(),
            () -> ones.exp().toFloatArray(),
            () -> Tensor.full(DType.F32, 1, Shape.of(1 << 24), CUDA).exp().toFloatArray(),
            () -> Tensor.stored(DType.F32, new float[9], Shape.of(9), CUDA).neg().toFloatArray());
    for (Runnable use : uses) {
      try {
        use.run();
        System.out.println("goes on");
      } catch (DeviceException e) {
        System.out.println(e.getMessage());
      }
    }
  }
}
