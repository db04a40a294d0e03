/// Tensors: an immutable handle on a lazily evaluated graph, its shapes, dtypes and devices.
///
/// An operation only adds a node; memory is owned by what is *realised*: states, inputs and the
/// values asked for.
@NullMarked
package jacquard.tensor;

import org.jspecify.annotations.NullMarked;
