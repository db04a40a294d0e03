package jacquard.tensor.graph;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// Where in a program a node was made. It is recorded within [#recorded] only: nothing is looked at
/// otherwise.
///
/// ```java
/// Tensor loss = Origin.recorded(() -> model.loss(batch));
/// Origin.of(loss.node()).line(); // jacquard.nn.Loss.crossEntropy(Loss.java:40)
/// ```
///
/// @param frames the calls that led to it, the innermost first; without those within a tensor and
///   within the JDK
/// @param forward the node whose gradient it is part of; null for one that no gradient made
public record Origin(List<StackWalker.StackFrame> frames, @Nullable Node forward) {
  private static final int MOST_FRAMES = 24;

  /// The node whose gradient is being made, if any. Not bound: nothing is recorded.
  private static final ScopedValue<Optional<Node>> RECORDER = ScopedValue.newInstance();

  /// The graph and how it is evaluated: nobody wrote an operation of a model there.
  private static final List<String> ENGINE =
      List.of("jacquard.tensor.", "jacquard.autograd.", "jacquard.kernels.");

  private static final List<String> HIDDEN = List.of("java.", "jdk.", "jacquard.tensor.");

  private static final List<String> LAYERS = List.of("jacquard.nn.");

  /// {@return what `body` gives; every node that it makes knows where it was made}
  ///
  /// @param <T> type of the result
  /// @param body what is run
  public static <T> T recorded(Supplier<T> body) {
    return ScopedValue.where(RECORDER, Optional.empty()).call(body::get);
  }

  /// {@return whether this is called within [#recorded]}
  public static boolean isRecorded() {
    return RECORDER.isBound();
  }

  /// Runs `body`; what it makes is part of the gradient of `forward`. Within [#recorded] only.
  ///
  /// @param forward node whose gradient is made
  /// @param body what is run
  public static void gradientOf(Node forward, Runnable body) {
    ScopedValue.where(RECORDER, Optional.of(forward)).run(body);
  }

  /// {@return where `node` was made; null if that was not recorded}
  ///
  /// @param node of a graph that was recorded
  public static @Nullable Origin of(Node node) {
    return node.origin();
  }

  /// For a node that is made now; null outside of [#recorded].
  static @Nullable Origin here() {
    if (!RECORDER.isBound()) {
      return null;
    }
    List<StackWalker.StackFrame> frames =
        StackWalker.getInstance()
            .walk(all ->
                all.filter(frame -> !isHidden(frame.getClassName())).limit(MOST_FRAMES).toList());
    return new Origin(frames, RECORDER.get().orElse(null));
  }

  private static boolean isHidden(String className) {
    return HIDDEN.stream().anyMatch(className::startsWith);
  }

  /// {@return whether the code of a class is part of the library, rather than of a program that
  /// uses it}
  ///
  /// @param className binary name of a class
  public static boolean isLibrary(String className) {
    return isEngine(className) || isOfLayer(className);
  }

  private static boolean isOfLayer(String className) {
    return LAYERS.stream().anyMatch(className::startsWith);
  }

  private static boolean isEngine(String className) {
    return ENGINE.stream().anyMatch(className::startsWith);
  }

  /// {@return the line of a layer, or of a program, that made the operation: for a part of a
  /// gradient, the operation that it is the gradient of}
  public String line() {
    Node of = forward;
    Origin source = of == null ? null : of.origin();
    return source != null
        ? source.line()
        : frames.stream()
            .filter(frame -> !isEngine(frame.getClassName()))
            .findFirst()
            .map(Origin::text)
            .orElse("an unknown line");
  }

  /// {@return the line of a program outside of the library that led to it}
  public String callerLine() {
    return frames.stream()
        .filter(frame -> !isLibrary(frame.getClassName()))
        .findFirst()
        .map(Origin::text)
        .orElse("an unknown line");
  }

  /// The call of a layer's code that made it, equal for all that it made; null if a gradient or
  /// other code did.
  @Nullable List<String> call() {
    if (forward != null || frames.isEmpty() || !isOfLayer(frames.getFirst().getClassName())) {
      return null;
    }
    List<String> call = new ArrayList<>();
    for (StackWalker.StackFrame frame : frames) {
      String method = frame.getClassName() + "." + frame.getMethodName();
      call.add(call.isEmpty() ? method : method + ":" + frame.getLineNumber());
    }
    return call;
  }

  /// `Linear.forward(Linear.java:49)`: packages are left out.
  private static String text(StackWalker.StackFrame frame) {
    String name = frame.getClassName();
    return name.substring(name.lastIndexOf('.') + 1).replace('$', '.')
        + "."
        + frame.getMethodName()
        + "("
        + frame.getFileName()
        + ":"
        + frame.getLineNumber()
        + ")";
  }
}
