/// The graph that tensors are handles on.
///
/// ```
/// Op    ::= Leaf | Movement | Elementwise | Reduction | Contraction | Indexing | Fused | Marker
/// Leaf  ::= Input(dtype, shape) | Constant(dtype, bits) | Iota(n, dtype)
/// Movement    ::= Reshape(shape) | Permute(order) | Expand(shape) | Pad(before, after, interior, value)
///               | Slice(start, stop, step) | Flip(axes) | Concat(axis) | DynamicSlice(shape) | DynamicUpdate
/// Elementwise ::= Unary(kind) | Binary(kind) | Where | Cast(dtype) | Random(shape, salt)
/// Reduction   ::= Reduce(kind, axes) | ArgMax(axis) | Cumsum(axis) | ArgSort(descending)
/// Contraction ::= Dot | Conv(kind, geometry)
/// Indexing    ::= Gather | ScatterAdd
/// Fused       ::= Attention(causal, scale) | AttentionLogSum(causal, scale) | AttentionGradient(causal, scale)
/// Marker      ::= Detach | After | Recompute
/// Node  ::= Op(Node...) : dtype shape device
/// ```
@NullMarked
package jacquard.tensor.graph;

import org.jspecify.annotations.NullMarked;
