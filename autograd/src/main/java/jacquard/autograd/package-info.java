/// Differentiation as a function from graph to graph.
///
/// ```
/// Gradients      loss, wrt -> d loss / d wrt      one reverse sweep; the result is a graph like any other
/// Vjp            node, cotangent -> cotangents of its sources, the rule of every primitive
/// Checkpoint     a segment whose inner values are computed again by the gradient instead of kept
/// GradientCheck  rules against central differences
/// ```
///
/// In rules, `x` (or `a`, `b`) are the sources, `y` is the result and `g` its cotangent, shaped
/// like `y`.
@NullMarked
package jacquard.autograd;

import org.jspecify.annotations.NullMarked;
