/// What a training run shows and leaves behind: progress, metrics, charts, pictures.
@NullMarked
package jacquard.examples.view;

import org.jspecify.annotations.NullMarked;
