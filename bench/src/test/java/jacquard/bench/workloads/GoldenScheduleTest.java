package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.ScheduleText;
import jacquard.nn.Precision;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Backends;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Schedules of the standard models, task by task. A change shows as a diff of the golden files:
/// run with `-Djacquard.golden=write` to write them anew into the source folder, and review.
class GoldenScheduleTest {

  record Model(String name, Supplier<Workload> make) {
    @Override
    public String toString() {
      return name;
    }

    /// Losses and new values of a training step.
    List<Backend.Root> roots() {
      Workload.Prepared step = make.get().prepare(0, true);
      List<Backend.Root> roots = new ArrayList<>();
      for (Tensor loss : step.losses()) {
        roots.add(new Backend.Root(loss.node(), null));
      }
      for (Update update : step.pass().updates()) {
        roots.add(new Backend.Root(update.value().node(), update.state().buffer()));
      }
      return roots;
    }
  }

  static Stream<Model> models() {
    return Stream.of(
        new Model("gpt", () -> new GptWorkload(4, 4, 128, 64, 12)),
        new Model("gpt-bf16", () -> new GptWorkload(4, 4, 128, 64, 12, Precision.BF16)),
        new Model("vae", VaeWorkload::linear),
        new Model("conv-vae", VaeWorkload::convolutional),
        new Model("dcgan", GanWorkload::convolutional),
        new Model("mlp-gan", GanWorkload::linear));
  }

  @ParameterizedTest
  @MethodSource("models")
  void scheduleIsGolden(Model model) throws IOException {
    PlannedBackend cpu = (PlannedBackend) Backends.of(Device.CPU);
    Schedule schedule = cpu.scheduleHere(model.roots());
    String text = ScheduleText.of(schedule).replace("\r\n", "\n") + "\n";
    String name = "golden/" + model.name() + ".txt";
    if ("write".equals(System.getProperty("jacquard.golden"))) {
      Path file = Path.of("src/test/resources", name);
      Files.createDirectories(file.getParent());
      Files.writeString(file, text);
    }
    try (InputStream in = GoldenScheduleTest.class.getResourceAsStream("/" + name)) {
      String golden = in == null ? "" : new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(golden, text, "schedule of " + model.name());
    }
  }
}
