package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.machine.VectorWidth;
import jacquard.kernels.csource.Call;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import java.util.List;

/// Chapter 8: one kernel for three kinds of device.
public final class Devices {
  private Devices() {}

  static void main(String[] args) {
    Schedule schedule = new SoftmaxStep().schedule();
    Task.Loop update = Code.update(schedule);

    section("update on a CPU");
    LoopCode code = new LoopCompiler(VectorWidth.BITS_256).compile(update.kernel());
    code.vectorCalls().forEach(System.out::println);

    for (Dialect dialect : List.of(Dialect.OPENCL, Dialect.CUDA)) {
      section("update in " + dialect.name());
      Call call = Calls.of(dialect, schedule, update).getFirst();
      System.out.print(call.text());
      System.out.println("// " + call.groups() + " group of " + call.groupSize());
    }

    section("softmax in CUDA C");
    Call softmax = Calls.of(Dialect.CUDA, schedule, Code.epilogue(schedule)).getFirst();
    // the first two of its four passes: the maximum and the sum
    softmax
        .text()
        .lines()
        .dropWhile(line -> !line.contains("a3 = "))
        .takeWhile(line -> !line.contains("v7 = "))
        .forEach(System.out::println);

    section("calls of the first task");
    for (Call call : Calls.of(Dialect.CUDA, schedule, schedule.tasks().getFirst())) {
      String name = call.text().contains("loop_") ? "loop" : "product";
      System.out.println(name + ": " + call.groups() + " group of " + call.groupSize());
    }
  }
}
