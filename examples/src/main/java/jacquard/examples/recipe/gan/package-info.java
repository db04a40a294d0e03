/// The networks of a generative adversarial network, and the step that trains them.
///
///     GanModel       sizes and kinds of both, as a run's configuration names them
///     Generator      noise to pictures
///     Discriminator  pictures to verdicts
///     Brush          draws with what was trained
///     Duel           losses, penalties, updates of both
@NullMarked
package jacquard.examples.recipe.gan;

import org.jspecify.annotations.NullMarked;
