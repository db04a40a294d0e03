/// The networks of a variational autoencoder, and the pictures that show what it has learned.
///
///     Vae          sizes, encoder, decoder, evidence lower bound
///     VaePictures  drawn, rebuilt, in between, and the plane of two latents
@NullMarked
package jacquard.examples.recipe.vae;

import org.jspecify.annotations.NullMarked;
