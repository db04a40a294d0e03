package jacquard.examples.tour;

import static jacquard.examples.tour.Sections.section;

import jacquard.kernels.Kernel;
import jacquard.kernels.KernelText;
import jacquard.kernels.Launch;
import jacquard.kernels.Schedule;
import jacquard.kernels.Task;
import jacquard.kernels.cpu.emit.LoopCode;
import jacquard.kernels.cpu.emit.LoopCompiler;
import jacquard.kernels.cpu.machine.VectorWidth;
import java.util.Objects;

/// Chapter 5: from a kernel to bytecode.
public final class Code {
  private Code() {}

  static void main(String[] args) {
    Schedule schedule = new SoftmaxStep().schedule();
    Task.Loop softmax = epilogue(schedule);
    Kernel kernel = softmax.kernel();

    section("kernel");
    for (int i = 0; i < kernel.accesses().size(); i++) {
      System.out.println("a" + i + " is v" + softmax.values().get(i));
    }
    System.out.print(KernelText.of(kernel));

    section("launch");
    Launch launch = softmax.launch();
    System.out.println(
        "outer " + launch.outer() + ", reduced " + launch.reduced() + ", inner " + launch.inner());
    launch.walks().forEach(System.out::println);

    section("code");
    LoopCompiler compiler = new LoopCompiler(VectorWidth.BITS_256);
    LoopCode code = compiler.compile(kernel);
    System.out.println(code.lanes() + " lanes, " + code.bytes() + " bytes of bytecode");
    System.out.println(
        "the same object for an equal kernel: " + (compiler.compile(kernel) == code));

    section("update");
    Task.Loop update = update(schedule);
    System.out.print(KernelText.of(update.kernel()));

    section("update as Java");
    System.out.println(compiler.compile(update.kernel()).listing().strip());
  }

  /// What the forward product takes along.
  static Task.Loop epilogue(Schedule schedule) {
    for (Task task : schedule.tasks()) {
      if (task instanceof Task.Dot dot) {
        return Objects.requireNonNull(dot.epilogue(), "the product has no epilogue");
      }
    }
    throw new IllegalStateException("no product");
  }

  /// The update of `w`: the one loop that reduces nothing.
  static Task.Loop update(Schedule schedule) {
    for (Task task : schedule.tasks()) {
      if (task instanceof Task.Loop loop && !loop.kernel().reduces()) {
        return loop;
      }
    }
    throw new IllegalStateException("no loop without a reduction");
  }
}
