package jacquard.tensor.testing;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.tensor.Activations;
import jacquard.tensor.Arrangement;
import jacquard.tensor.Contractions;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Elementwise;
import jacquard.tensor.Functions;
import jacquard.tensor.Indexing;
import jacquard.tensor.Movement;
import jacquard.tensor.Norms;
import jacquard.tensor.Ordering;
import jacquard.tensor.Pooling;
import jacquard.tensor.Reductions;
import jacquard.tensor.Sampling;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.BinaryKind;
import jacquard.tensor.graph.ConvKind;
import jacquard.tensor.graph.Node;
import jacquard.tensor.graph.Op;
import jacquard.tensor.graph.ReduceKind;
import jacquard.tensor.graph.Traversal;
import jacquard.tensor.graph.UnaryKind;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class OperationTableTest {

  static Stream<OperationRow> rows() {
    return OperationTable.rows().stream();
  }

  static Stream<OperationRow> rowsWithLoops() {
    return rows().filter(row -> row.plain() != null);
  }

  @ParameterizedTest
  @MethodSource("rowsWithLoops")
  void referenceMatchesPlainLoops(OperationRow row) {
    BackendConformance.checkPlain(row);
  }

  @ParameterizedTest
  @MethodSource("rows")
  void referenceDeviceConforms(OperationRow row) {
    BackendConformance.check(Device.REFERENCE, row);
  }

  @Test
  void namesAreUnique() {
    Set<String> names = rows().map(OperationRow::name).collect(Collectors.toSet());
    assertEquals(OperationTable.rows().size(), names.size());
  }

  @Test
  void everyPrimitiveHasARowWithLoops() {
    Set<String> covered = new TreeSet<>(Set.of("input"));
    for (OperationRow row : OperationTable.primitives()) {
      assertTrue(row.plain() != null || row.name().equals("random"), row.name() + " has no loops");
      for (List<Shape> shapes : row.cases()) {
        DType dtype = row.dtypes().iterator().next();
        Node result = row.apply(row.arguments(dtype, shapes, Device.REFERENCE, 1)).node();
        for (Node node : Traversal.sourcesFirst(List.of(result))) {
          covered.add(node.op().label());
        }
      }
    }
    // a constant needs no arguments, so it has no row of its own; composites use it
    covered.add("constant");
    assertEquals(primitives(Op.class), covered);
  }

  /// Labels of every primitive, from the sealed hierarchy and its enums.
  static Set<String> primitives(Class<?> type) {
    Set<String> labels = new TreeSet<>();
    if (type.isInterface()) {
      for (Class<?> permitted : type.getPermittedSubclasses()) {
        labels.addAll(primitives(permitted));
      }
    } else if (type == Op.Unary.class) {
      Stream.of(UnaryKind.values()).forEach(kind -> labels.add(kind.toString()));
    } else if (type == Op.Binary.class) {
      Stream.of(BinaryKind.values()).forEach(kind -> labels.add(kind.toString()));
    } else if (type == Op.Reduce.class) {
      Stream.of(ReduceKind.values()).forEach(kind -> labels.add(kind.toString()));
    } else if (type == Op.Conv.class) {
      for (ConvKind kind : ConvKind.values()) {
        labels.add(
            switch (kind) {
              case FORWARD -> "conv";
              case INPUT_GRADIENT -> "convInputGradient";
              case WEIGHT_GRADIENT -> "convWeightGradient";
            });
      }
    } else {
      String name = type.getSimpleName();
      labels.add(
          name.equals("ArgMax") || name.equals("ArgSort")
              ? name.toLowerCase(java.util.Locale.ROOT)
              : Character.toLowerCase(name.charAt(0)) + name.substring(1));
    }
    return labels;
  }

  @Test
  void everyMethodOfTheFamiliesHasARow() {
    Set<String> named =
        rows().map(row -> row.name().split(" ")[0]).collect(Collectors.toCollection(TreeSet::new));
    Set<String> missing = new TreeSet<>();
    for (Class<?> family :
        List.of(
            Elementwise.class,
            Activations.class,
            Reductions.class,
            Movement.class,
            Indexing.class,
            Contractions.class,
            Functions.class,
            Norms.class,
            Arrangement.class,
            Ordering.class,
            Pooling.class,
            Sampling.class)) {
      for (Method method : family.getDeclaredMethods()) {
        boolean operation =
            Modifier.isPublic(method.getModifiers())
                && !method.isSynthetic()
                && !method.getName().equals("self");
        if (operation && !named.contains(method.getName())) {
          missing.add(family.getSimpleName() + "." + method.getName());
        }
      }
    }
    assertEquals(Set.of(), missing, "add a row to the operation table");
  }
}
