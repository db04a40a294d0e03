package jacquard.nn.text;

/// Text from token ids that come one by one, as a model chooses them: {@link Tokenizer#stream}.
///
///     TextStream text = tokenizer.stream();
///     for (int id : ids) {
///       System.out.print(text.next(id));
///     }
///     System.out.print(text.finish());
///
/// What a token leaves unfinished is held back until later tokens finish it, so that the parts are
/// whole characters, and the parts together are {@link Tokenizer#decode} of all ids. Keeps state: for
/// one text and one thread.
public interface TextStream {
  /// {@return the text that is complete with this token and was not before; often empty where a
  /// character takes several tokens}
  ///
  /// @param id the token
  /// @throws TokenizerException if the id is outside the vocabulary
  String next(int id);

  /// {@return what was held back, U+FFFD in place of a character that never became whole} The
  /// stream is new afterwards.
  String finish();
}
