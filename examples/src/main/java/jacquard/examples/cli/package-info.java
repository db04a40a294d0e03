/// What every command shares: its version, and the one line that an error is.
@NullMarked
package jacquard.examples.cli;

import org.jspecify.annotations.NullMarked;
