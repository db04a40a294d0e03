package jacquard.bench.kernels;

import jacquard.bench.rows.Body;
import jacquard.bench.rows.KernelRow;
import jacquard.bench.rows.Product;
import jacquard.tensor.Switches;
import java.util.Optional;
import java.util.function.Supplier;

/// How a row is computed: by the engine, by plain Java loops, or by a native library.
///
///     Form = Engine | Plain | Native library
sealed interface Form {
  record Engine() implements Form {}

  record Plain() implements Form {}

  record Native(NativeBlas.Library library) implements Form {}

  /// What tables and reports call it: `jacquard`, `loops`, `openblas`.
  default String label() {
    return switch (this) {
      case Engine _ -> "jacquard";
      case Plain _ -> "loops";
      case Native(NativeBlas.Library library) -> library.kind().label();
    };
  }

  /// The row in this form, or nothing if the row has no such form.
  default Optional<Supplier<Body>> of(KernelRow row) {
    return switch (this) {
      case Engine _ -> Optional.of(row.engine());
      case Plain _ -> Optional.ofNullable(row.plain());
      case Native(NativeBlas.Library library) -> {
        Product product = row.product();
        yield product == null
            ? Optional.empty()
            : Optional.of(
                () -> NativeBlas.open(library).withThreads(Switches.threads()).body(product));
      }
    };
  }

  /// As a word, for the process that measures.
  default String word() {
    return switch (this) {
      case Engine _ -> "engine";
      case Plain _ -> "plain";
      case Native(NativeBlas.Library library) -> library.kind() + "=" + library.path();
    };
  }

  /// The opposite of [#word].
  static Form ofWord(String word) {
    int at = word.indexOf('=');
    if (at > 0) {
      return new Native(
          new NativeBlas.Library(
              NativeBlas.Kind.valueOf(word.substring(0, at)), word.substring(at + 1)));
    }
    return word.equals("plain") ? new Plain() : new Engine();
  }
}
