/// The command line `jacquard` and the recipes it runs.
@NullMarked
package jacquard.examples;

import org.jspecify.annotations.NullMarked;
