/// Training data that needs no download: class names of the running JDK, digits drawn from strokes;
/// and MNIST in their place.
///
/// Plain Java arrays, strings and datasets; nothing here knows tensors.
@NullMarked
package jacquard.examples.data;

import org.jspecify.annotations.NullMarked;
