/// The slow, obvious evaluator in double precision: the specification that every back end is tested against.
@NullMarked
package jacquard.tensor.reference;

import org.jspecify.annotations.NullMarked;
