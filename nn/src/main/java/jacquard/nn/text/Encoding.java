package jacquard.nn.text;

import java.util.List;

/// What a tokenizer makes of a text, all lists of the same length.
///
/// @param ids token ids
/// @param tokens the tokens as the vocabulary writes them
/// @param begins where a token's text begins, in code points of the text that was encoded; 0 for a
///   token that was added
/// @param ends where it ends
/// @param typeIds types of the tokens, as BERT has them
/// @param attention 1 for a token, 0 for padding
public record Encoding(
    List<Integer> ids,
    List<String> tokens,
    List<Integer> begins,
    List<Integer> ends,
    List<Integer> typeIds,
    List<Integer> attention) {}
