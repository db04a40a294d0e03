/// The training workloads that engines are compared on: the same models, data, initial values and
/// steps everywhere.
@NullMarked
package jacquard.bench.workloads;

import org.jspecify.annotations.NullMarked;
