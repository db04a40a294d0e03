/// What every back end and the gradient are tested with: the table of operations, the driver that
/// compares a device with the reference, random graphs. Other modules use it from this module's
/// test jar.
///
/// A composite is added to the tests with one row in [jacquard.tensor.testing.CompositeRows]; a
/// primitive with one row in [jacquard.tensor.testing.OperationTable]'s other parts.
@NullMarked
package jacquard.tensor.testing;

import org.jspecify.annotations.NullMarked;
