/// A training step taken apart: its graph, passes, kernels, memory and time, as text and as a page.
@NullMarked
package jacquard.examples.explain;

import org.jspecify.annotations.NullMarked;
