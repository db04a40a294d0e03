/// Training data that needs no download: class names of the running JDK, digits drawn from strokes.
///
/// Plain Java arrays and strings; nothing here knows tensors.
@NullMarked
package jacquard.examples.data;

import org.jspecify.annotations.NullMarked;
