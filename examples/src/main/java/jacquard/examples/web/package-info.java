/// What the pages share that Jacquard writes or serves.
@NullMarked
package jacquard.examples.web;

import org.jspecify.annotations.NullMarked;
