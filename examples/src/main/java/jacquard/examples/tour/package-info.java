/// The programs of the guided tour, one for each chapter of `docs/tour`.
///
/// What a program prints under `== NAME` is quoted in its chapter under `<!-- output: NAME -->`,
/// and a test compares the two. The last three train. Sums depend on the vector width, and training
/// makes of the last bit another text: the figures of their chapters come with
/// `-XX:MaxVectorSize=16`, on any machine.
@NullMarked
package jacquard.examples.tour;

import org.jspecify.annotations.NullMarked;
