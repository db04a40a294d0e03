/// What a device must provide to run graphs: a [jacquard.tensor.spi.BackendProvider] found with
/// `ServiceLoader`, the [jacquard.tensor.spi.Backend] it opens, and the
/// [jacquard.tensor.spi.Buffer]s that hold values.
@NullMarked
package jacquard.tensor.spi;

import org.jspecify.annotations.NullMarked;
