package jacquard.kernels.cuda;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import jacquard.kernels.PlannedBackend;
import jacquard.kernels.Schedule;
import jacquard.kernels.Target;
import jacquard.kernels.csource.Calls;
import jacquard.kernels.csource.Dialect;
import jacquard.kernels.csource.Listing;
import jacquard.kernels.csource.Tiles;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import jacquard.tensor.Update;
import jacquard.tensor.graph.Node;
import jacquard.tensor.spi.Backend;
import jacquard.tensor.spi.Buffer;
import jacquard.tensor.spi.HostBuffer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Runs the text of CUDA kernels on a processor: `warps.hpp` says how. All plans are compiled in
/// one go, and then run.
final class Emulator {
  private final Dialect dialect;
  private final Tiles tiles;
  private final List<Plan> plans = new ArrayList<>();

  /// Kernels by name; a plan's text is in `text` what `g++` gets.
  private final Map<String, String> kernels = new LinkedHashMap<>();

  Emulator(Dialect dialect) {
    this(dialect, Tiles.USUAL);
  }

  Emulator(Dialect dialect, Tiles tiles) {
    this.dialect = dialect;
    this.tiles = tiles;
  }

  /// CUDA C for `g++`.
  static Dialect dialect(Dialect.TensorCores tensorCores) {
    return new Dialect(
        "C++",
        """
        static float f16_value(u16 bits) { return f16(bits); }
        static u16 f16_bits(float x) { return half_bits(x); }
        """,
        Dialect.CUDA.kernel(),
        Dialect.CUDA.argument(),
        Dialect.CUDA.buffer(),
        "static inline",
        Dialect.CUDA.local(),
        Dialect.CUDA.group(),
        Dialect.CUDA.item(),
        Dialect.CUDA.groups(),
        Dialect.CUDA.barrier(),
        Dialect.CUDA.shuffle(),
        "",
        Dialect.CUDA.exchange(),
        tensorCores);
  }

  /// A program without the functions that stand in PTX: `warps.hpp` has them.
  static String withoutPtx(String program) {
    return Stream.of(program.split("(?m)^(?=FN |extern )"))
        .filter(part ->
            !part.startsWith("FN ") || !part.matches("(?s).*\\b(asm|extern|__cvta\\w*)\\b.*"))
        .collect(Collectors.joining());
  }

  /// A plan with the buffers of its run, the last of which are those of results.
  record Plan(Schedule schedule, Listing listing, Buffer[] externals, long[] dynamics) {
    boolean shares() {
      return listing.kernels().values().stream().anyMatch(text -> text.contains("__shared__"));
    }

    /// Whether some of its calls are one launch.
    boolean joins() {
      return listing.launches().size() < alone(listing).size();
    }
  }

  /// Plans `result` and keeps it if it is wanted.
  void add(Tensor result, Function<Plan, Boolean> wanted) {
    add(result.node(), wanted);
  }

  /// Plans `result` and keeps it if it is wanted.
  void add(Node result, Function<Plan, Boolean> wanted) {
    plan(List.of(result), wanted);
  }

  /// Plans several results in one go.
  void add(List<Tensor> results, Function<Plan, Boolean> wanted) {
    plan(results.stream().map(Tensor::node).toList(), wanted);
  }

  private void plan(List<Node> results, Function<Plan, Boolean> wanted) {
    run(results.stream().map(r -> new Backend.Root(r, null)).toList(), wanted);
  }

  /// Plans new values of states, which are written into their memory.
  void addUpdates(List<Update> updates, Function<Plan, Boolean> wanted) {
    run(
        updates.stream().map(u -> new Backend.Root(u.value().node(), u.state().buffer())).toList(),
        wanted);
  }

  private void run(List<Backend.Root> roots, Function<Plan, Boolean> wanted) {
    new PlannedBackend(new Recorder(wanted)).run(roots);
  }

  /// All calls of a plan, each a launch.
  static List<Listing.Placed> alone(Listing listing) {
    return listing.tasks().stream().flatMap(List::stream).toList();
  }

  int size() {
    return plans.size();
  }

  private final class Recorder implements Target {
    private final Function<Plan, Boolean> wanted;

    Recorder(Function<Plan, Boolean> wanted) {
      this.wanted = wanted;
    }

    @Override
    public Device device() {
      return Device.REFERENCE;
    }

    @Override
    public Buffer allocate(DType dtype, int size) {
      return HostBuffer.allocate(dtype, size);
    }

    @Override
    public Buffer place(HostBuffer host) {
      return host;
    }

    @Override
    public boolean hasKernel(Node fused) {
      return Calls.has(fused, CudaTarget.SHARED_BYTES);
    }

    @Override
    public Program prepare(Schedule schedule) {
      Listing listing = Listing.of(dialect, schedule, tiles);
      return (externals, dynamics) -> {
        Plan plan = new Plan(schedule, listing, externals.clone(), dynamics.clone());
        if (wanted.apply(plan)) {
          plans.add(plan);
          kernels.putAll(listing.kernels());
        }
      };
    }
  }

  /// One group computes all tiles, one after the other.
  static String oneGroup(String program) {
    String changed =
        program.replaceAll(
            "for \\(i32 tile = (\\S+); tile < ([^;]+); tile \\+= \\S+\\)",
            "for (i32 tile = 0; $1 == 0 && tile < $2; tile++)");
    assertNotEquals(program, changed);
    return changed;
  }

  /// What came of a program.
  ///
  /// @param trouble what the emulator refused, or that the order of items matters; empty if all is
  ///   well
  /// @param results of each plan, their bytes; none in trouble
  record Outcome(String trouble, List<ByteBuffer> results) {}

  /// Compiles and runs all plans in two orders of items, with calls joined.
  ///
  /// @param text of the program for these kernels
  /// @return the results of each plan, their bytes
  List<ByteBuffer> run(Path folder, Function<List<String>, String> text)
      throws IOException, InterruptedException {
    return run(folder, text, Listing::launches);
  }

  /// As [#run(Path, Function)], with the launches that are named.
  List<ByteBuffer> run(
      Path folder,
      Function<List<String>, String> text,
      Function<Listing, List<Listing.Placed>> launches)
      throws IOException, InterruptedException {
    String program = text.apply(List.copyOf(kernels.values()));
    Outcome outcome = outcomes(folder, List.of(program), launches).getFirst();
    assertEquals("", outcome.trouble);
    return outcome.results;
  }

  /// Compiles variants of a program in one go, and runs each in a process of its own.
  ///
  /// @param text of the program for these kernels
  /// @param changes what variants do to it
  List<Outcome> outcomes(
      Path folder, Function<List<String>, String> text, List<UnaryOperator<String>> changes)
      throws IOException, InterruptedException {
    String program = text.apply(List.copyOf(kernels.values()));
    List<String> programs = changes.stream().map(change -> change.apply(program)).toList();
    return outcomes(folder, programs, Listing::launches);
  }

  private List<Outcome> outcomes(
      Path folder, List<String> programs, Function<Listing, List<Listing.Placed>> launches)
      throws IOException, InterruptedException {
    StringBuilder main = new StringBuilder("static void plans(FILE* in, FILE* out) {\n");
    ByteArrayOutputStream in = new ByteArrayOutputStream();
    for (Plan plan : plans) {
      main.append("  { Plan plan(in);\n");
      for (Listing.Placed placed : launches.apply(plan.listing)) {
        var c = placed.call();
        main.append(
            "    launch(%s, %d, %d, %d, %d);\n"
                .formatted(
                    c.entry(), placed.at(), placed.groups(), c.groupSize(), c.dynamicBytes()));
      }
      main.append("    plan.write(out); }\n");
      PlanImage.write(in, plan);
    }
    Gpp.compile(folder, programs, main.append("}\n").toString());
    Path input = Files.write(folder.resolve("in"), in.toByteArray());
    List<Outcome> outcomes = new ArrayList<>();
    for (int program = 0; program < programs.size(); program++) {
      outcomes.add(outcome(folder, program, input));
    }
    return outcomes;
  }

  private Outcome outcome(Path folder, int program, Path input)
      throws IOException, InterruptedException {
    Process inOrder = start(folder, program, input, "forwards");
    Process inverse = start(folder, program, input, "backwards");
    int[] status = {Gpp.ended(inOrder), Gpp.ended(inverse)};
    if (status[0] != 0) {
      return new Outcome(
          "status %d: %s".formatted(status[0], Gpp.log(folder, "forwards")), List.of());
    }
    if (status[1] != 0) {
      return new Outcome(
          "status %d: %s".formatted(status[1], Gpp.log(folder, "backwards")), List.of());
    }
    List<ByteBuffer> forwards = results(folder.resolve("forwards"));
    List<ByteBuffer> backwards = results(folder.resolve("backwards"));
    for (int i = 0; i < plans.size(); i++) {
      if (forwards.get(i).mismatch(backwards.get(i)) != -1) {
        String names = plans.get(i).listing.kernels().keySet().toString();
        return new Outcome("depends on the order of items: " + names, List.of());
      }
    }
    return new Outcome("", forwards);
  }

  /// Starts the program, which writes the file `order`.
  private static Process start(Path folder, int program, Path input, String order)
      throws IOException {
    String output = folder.resolve(order).toString();
    return Gpp.start(
        folder,
        order,
        folder.resolve("plans").toString(),
        input.toString(),
        output,
        order,
        Integer.toString(program));
  }

  private List<ByteBuffer> results(Path written) throws IOException {
    return PlanImage.results(plans, Files.readAllBytes(written));
  }
}
