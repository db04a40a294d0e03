package jacquard.kernels;

import jacquard.tensor.DType;
import jacquard.tensor.Shape;
import jacquard.tensor.graph.Op;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A node of the canonical graph that the passes work on: structure is unique, so identity is
/// equality.
final class Vertex {
  final Op op;

  /// An operation may be given another one that holds the same value, see [Rematerialisation].
  final List<Vertex> sources;

  final DType dtype;
  final Shape shape;

  /// Where the schedule puts it when it is free to choose.
  final long sequence;

  /// Number of the plan's input, or of its dynamic scalar; -1 for what is not an input.
  final int slot;

  /// Whether [#slot] counts dynamic scalars.
  final boolean dynamic;

  final List<Vertex> consumers = new ArrayList<>();

  /// The element-wise expression it stands for, once [Partition] has built it.
  @Nullable Expression expression;

  Vertex(
      Op op,
      List<Vertex> sources,
      DType dtype,
      Shape shape,
      long sequence,
      int slot,
      boolean dynamic) {
    this.op = op;
    this.sources = new ArrayList<>(sources);
    this.dtype = dtype;
    this.shape = shape;
    this.sequence = sequence;
    this.slot = slot;
    this.dynamic = dynamic;
  }

  /// Whether it is in a buffer that each run is given. A dynamic scalar is not, also where it is
  /// written to memory because an operation reads it from there.
  boolean isGiven() {
    return op instanceof Op.Input && !dynamic;
  }

  Vertex source(int index) {
    return sources.get(index);
  }

  @Override
  public String toString() {
    return op.label() + " " + dtype + shape;
  }
}
