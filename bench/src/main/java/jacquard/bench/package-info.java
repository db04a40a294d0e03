/// Measurements: the peer workloads and the JMH benchmarks behind `jacquard bench`.
@NullMarked
package jacquard.bench;

import org.jspecify.annotations.NullMarked;
