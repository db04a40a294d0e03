/// The slow, obvious evaluator in double precision: the specification that every back end is tested
/// against.
///
/// - [jacquard.tensor.reference.Evaluator] is one exhaustive switch over the primitives.
/// - f32 and f64 are computed as `double`: f32 leaves are widened and nothing is rounded until a
///   value is written to an f32 buffer. Only what names a dtype rounds to it: constants, dynamic
///   scalars, iota and [jacquard.tensor.graph.Op.Cast].
/// - Integers and bool are computed as `long` and wrapped to their dtype after every operation.
@NullMarked
package jacquard.tensor.reference;

import org.jspecify.annotations.NullMarked;
