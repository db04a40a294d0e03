/// Text: files, and tokenizers from text to token ids and back.
@NullMarked
package jacquard.nn.text;

import org.jspecify.annotations.NullMarked;
