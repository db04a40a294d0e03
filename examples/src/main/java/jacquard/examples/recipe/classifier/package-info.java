/// The network that tells classes of pictures apart, and by its features how alike sets of them
/// are.
@NullMarked
package jacquard.examples.recipe.classifier;

import org.jspecify.annotations.NullMarked;
