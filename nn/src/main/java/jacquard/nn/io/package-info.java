/// Files: safetensors, JSON and crash-safe writing.
///
/// Whatever a file holds, reading it either gives a value or throws one {@link
/// jacquard.nn.io.FormatException} whose message is one line: reader, file, what is wrong, what was
/// expected.
@NullMarked
package jacquard.nn.io;

import org.jspecify.annotations.NullMarked;
