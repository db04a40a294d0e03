package jacquard.bench.workloads;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.Schedule;
import jacquard.kernels.Schedule.Value;
import jacquard.kernels.Task;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.kernels.cuda.CompiledKernel;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What a training step of the standard models launches on GPUs.
class LaunchCountTest {
  private static Listing listing(Dialect dialect, Schedule schedule) {
    return Listing.of(dialect, schedule, Tiles.USUAL);
  }

  private static Schedule schedule(String model) {
    return GoldenScheduleTest.models()
        .filter(m -> m.name().equals(model))
        .map(m -> CompiledKernel.schedule(m.roots()))
        .findFirst()
        .orElseThrow();
  }

  private static int calls(Listing listing) {
    return listing.tasks().stream().mapToInt(List::size).sum();
  }

  private static boolean updates(Schedule schedule, Task task) {
    return task instanceof Task.Loop
        && task.writes().stream()
            .map(schedule.values()::get)
            .anyMatch(v -> v instanceof Value.External e && e.slot() < schedule.inputs());
  }

  @ParameterizedTest
  @ValueSource(strings = {"CUDA", "OPENCL"})
  void adamOfAllParametersIsALaunchForEachKernel(String dialect) {
    Schedule schedule = schedule("gpt");
    Listing listing = listing(dialect.equals("CUDA") ? Dialect.CUDA : Dialect.OPENCL, schedule);
    Map<String, Integer> launches = new HashMap<>();
    for (Listing.Placed placed : listing.launches()) {
      if (updates(schedule, schedule.tasks().get(placed.task()))) {
        launches.merge(placed.call().entry(), 1, Integer::sum);
      }
    }
    long updates = schedule.tasks().stream().filter(t -> updates(schedule, t)).count();
    assertTrue(updates >= 26, updates + " updates");
    assertTrue(launches.size() <= 6, launches::toString);
    launches.forEach((kernel, count) -> assertEquals(1, count, kernel));
  }

  @Test
  void aStepOfTheModelsHasFewerLaunchesThanCalls() {
    GoldenScheduleTest.models()
        .forEach(model -> {
          Schedule schedule = CompiledKernel.schedule(model.roots());
          Listing cuda = listing(Dialect.CUDA, schedule);
          int launches = cuda.launches().size();
          System.out.printf("%s: %d calls in %d launches%n", model, calls(cuda), launches);
          double most = model.name().startsWith("gpt") ? 0.7 : 0.95;
          assertTrue(launches < most * calls(cuda), launches + " launches of " + model);
          Listing openCl = listing(Dialect.OPENCL, schedule);
          int loops = openCl.launches().size();
          System.out.printf("%s: %d in %d in OpenCL%n", model, calls(openCl), loops);
          assertTrue(loops < 0.97 * calls(openCl), loops + " launches of " + model);
        });
  }
}
