package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/* Text goes through five stages, each a record read from the file:

  AddedTokens     cuts out tokens that stand for themselves
  Normalization   changes characters                            text  -> text
  PreTokenizer    cuts words                                    text  -> words
  SubwordModel    BPE, Unigram, WordPiece, WordLevel            word  -> tokens
  PostProcessor   adds the tokens around a text                 tokens -> tokens

and back through Detokenizer. Aligned carries the way back to the original through the first three.
Words come again and again, so the model's answers are kept. */

/// Tokens of a Hugging Face `tokenizer.json`: byte-level BPE (GPT-2, Llama 3, Qwen), BPE converted
/// from SentencePiece, Unigram and WordPiece. Also what reads GPT-2's own two files, and what
/// [BpeTrainer] makes.
///
///     SubwordTokenizer tokenizer = SubwordTokenizer.read(Path.of("tokenizer.json"));
///     int[] ids = tokenizer.encode("Hello");
///
/// @see <a href="https://huggingface.co/docs/tokenizers/components">Components of tokenizers</a>
public final class SubwordTokenizer implements Tokenizer {
  static final String TYPE = "tokenizer.json";

  private static final int MOST_WORDS = 1 << 16;
  private static final int LONGEST_WORD = 64;

  private final Json definition;
  private final @Nullable Normalization normalization;
  private final @Nullable PreTokenizer preTokenizer;
  private final SubwordModel model;
  private final AddedTokens added;
  private final PostProcessor postProcessor;
  private final Detokenizer detokenizer;
  private final Padding padding;
  private final @Nullable String[] tokens;
  private final boolean[] special;
  private final Map<String, Pieces> words = new ConcurrentHashMap<>();

  private SubwordTokenizer(Json json) throws FormatException {
    definition = json;
    Json normalizer = Components.present(json, "normalizer");
    normalization = normalizer == null ? null : Normalization.read(normalizer);
    Json pre = Components.present(json, "pre_tokenizer");
    preTokenizer = pre == null ? null : PreTokenizer.read(pre);
    model = SubwordModel.read(json.field("model"));
    added = AddedTokens.read(Components.present(json, "added_tokens"), normalization);
    postProcessor = PostProcessor.read(Components.present(json, "post_processor"));
    detokenizer = Detokenizer.read(Components.present(json, "decoder"));
    padding =
        Padding.read(Components.present(json, "truncation"), Components.present(json, "padding"));
    Map<Integer, String> byId = new HashMap<>();
    model.vocabulary().forEach((token, id) -> byId.put(id, token));
    added.all().forEach(token -> byId.put(token.id(), token.content()));
    int size = byId.keySet().stream().mapToInt(id -> id + 1).max().orElse(0);
    if (size > (1 << 24)) {
      throw new FormatException(
          "tokenizer: has the id %d, expected at most %d".formatted(size - 1, (1 << 24) - 1));
    }
    tokens = new @Nullable String[size];
    byId.forEach((id, token) -> tokens[id] = token);
    special = new boolean[size];
    added.all().forEach(token -> special[token.id()] = token.special());
  }

  /// The tokenizer that a `tokenizer.json` describes.
  ///
  /// @param json what a `tokenizer.json` holds
  /// @return the tokenizer
  /// @throws FormatException if something is missing, or isn't supported; names it
  public static SubwordTokenizer of(Json json) throws FormatException {
    return new SubwordTokenizer(json);
  }

  /// Reads a `tokenizer.json`, or GPT-2's two files.
  ///
  /// @param path a `tokenizer.json`, or a folder that holds one, or GPT-2's `encoder.json` and
  ///   `vocab.bpe`, which some name `vocab.json` and `merges.txt`
  /// @return the tokenizer
  /// @throws FormatException if it can't be read, something is missing, or isn't supported
  public static SubwordTokenizer read(Path path) throws FormatException {
    Json json = Gpt2Files.definition(path);
    try {
      return of(json);
    } catch (FormatException e) {
      throw new FormatException(path + ": " + e.getMessage(), e);
    }
  }

  /// {@return whether [#read] finds files of a tokenizer in `folder`}
  ///
  /// @param folder a folder, which may hold other files
  public static boolean isIn(Path folder) {
    return Gpt2Files.areIn(folder);
  }

  static SubwordTokenizer described(Json json) throws FormatException {
    return of(json.field("definition"));
  }

  /// One more than the highest id; there may be ids below without a token.
  @Override
  public int vocabularySize() {
    return tokens.length;
  }

  /// {@return the id of a token, if there is such a token}
  ///
  /// @param token a token as the vocabulary writes it
  public OptionalInt id(String token) {
    for (AddedTokens.Token each : added.all()) {
      if (each.content().equals(token)) {
        return OptionalInt.of(each.id());
      }
    }
    Integer id = model.vocabulary().get(token);
    return id == null ? OptionalInt.empty() : OptionalInt.of(id);
  }

  /// {@return the token of an id as the vocabulary writes it, null if the id has none}
  ///
  /// @param id the token
  /// @throws TokenizerException if the id is outside the vocabulary
  public @Nullable String token(int id) {
    return tokens[Tokenizer.checked(id, 0, tokens.length)];
  }

  /// {@return what a `tokenizer.json` would hold}
  public Json definition() {
    return definition;
  }

  /// The text's own tokens. A special token that stands in the text becomes that token.
  @Override
  public int[] encode(String text) {
    Ids ids = new Ids();
    tokens(text, (pieces, _) -> ids.add(pieces.ids()));
    return ids.toArray();
  }

  @Override
  public int[] encode(String text, boolean addSpecialTokens) {
    if (!addSpecialTokens) {
      return encode(text);
    }
    Ids ids = new Ids();
    postProcessor.before().forEach(token -> ids.add(token.id()));
    ids.add(encode(text));
    postProcessor.behind().forEach(token -> ids.add(token.id()));
    return ids.toArray();
  }

  /// All that is known of the text's tokens; cut and filled up as the file says.
  ///
  /// @param text the text
  /// @param addSpecialTokens with the tokens around a text, `[CLS]` for example
  /// @return the tokens with their places
  public Encoding encoding(String text, boolean addSpecialTokens) {
    EncodingBuilder all = new EncodingBuilder(text);
    tokens(
        text,
        (pieces, word) -> {
          for (int i = 0; i < pieces.ids().length; i++) {
            int id = pieces.ids()[i];
            String part = word.text.substring(pieces.begins()[i], pieces.ends()[i]);
            // Unigram calls an unknown part by its text.
            boolean unknown = model instanceof UnigramModel unigram && unigram.isUnknown(id);
            all.add(id, unknown ? part : tokens[id], word, pieces.begins()[i], pieces.ends()[i]);
          }
        });
    return all.build(addSpecialTokens ? postProcessor : postProcessor.withoutTokens(), padding);
  }

  /// @param to takes the tokens of each word, and the word
  private void tokens(String text, BiConsumer<Pieces, Aligned> to) {
    for (AddedTokens.Part plain : added.splitPlain(Aligned.of(text))) {
      if (plain.token() != null) {
        to.accept(whole(plain.token(), plain.text()), plain.text());
        continue;
      }
      Aligned normalized = normalization == null ? plain.text() : normalization.apply(plain.text());
      for (AddedTokens.Part part : added.splitNormalized(normalized)) {
        if (part.token() != null) {
          to.accept(whole(part.token(), part.text()), part.text());
          continue;
        }
        List<Aligned> words =
            preTokenizer == null ? List.of(part.text()) : preTokenizer.apply(part.text());
        for (Aligned word : words) {
          to.accept(pieces(word.text), word);
        }
      }
    }
  }

  private static Pieces whole(AddedTokens.Token token, Aligned text) {
    return new Pieces(new int[] {token.id()}, new int[] {0}, new int[] {text.text.length()});
  }

  private Pieces pieces(String word) {
    Pieces known = words.get(word);
    if (known != null) {
      return known;
    }
    Pieces pieces = model.pieces(word);
    if (word.length() <= LONGEST_WORD && words.size() < MOST_WORDS) {
      words.put(word, pieces);
    }
    return pieces;
  }

  /// The text of all tokens, special ones too. An id without a token is passed over.
  @Override
  public String decode(int[] ids) {
    return decode(ids, false);
  }

  /// The text of tokens.
  ///
  /// @param ids tokens
  /// @param skipSpecial without special tokens
  /// @return the text
  /// @throws TokenizerException if an id is outside the vocabulary
  public String decode(int[] ids, boolean skipSpecial) {
    TextStream stream = stream(skipSpecial);
    StringBuilder text = new StringBuilder();
    for (int id : ids) {
      text.append(stream.next(id));
    }
    return text.append(stream.finish()).toString();
  }

  @Override
  public TextStream stream() {
    return stream(false);
  }

  /// Decodes tokens that come one by one.
  ///
  /// @param skipSpecial without special tokens
  /// @return the stream, at its beginning
  public TextStream stream(boolean skipSpecial) {
    Detokenizer.Machine machine = detokenizer.machine();
    return new TextStream() {
      private int count;

      @Override
      public String next(int id) {
        String token = tokens[Tokenizer.checked(id, count++, tokens.length)];
        StringBuilder text = new StringBuilder();
        if (token != null && !(skipSpecial && special[id])) {
          machine.next(token, text::append);
        }
        return text.toString();
      }

      @Override
      public String finish() {
        StringBuilder text = new StringBuilder();
        machine.finish(text::append);
        count = 0;
        return text.toString();
      }
    };
  }

  @Override
  public Json toJson() {
    return Json.of(Map.of("type", Json.of(TYPE), "definition", definition));
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SubwordTokenizer that && definition.equals(that.definition);
  }

  @Override
  public int hashCode() {
    return definition.hashCode();
  }

  @Override
  public String toString() {
    return "tokenizer of " + tokens.length + " subwords";
  }

  /// Ids that grow.
  private static final class Ids {
    private int[] ids = new int[64];
    private int count;

    void add(int... more) {
      if (count + more.length > ids.length) {
        ids = java.util.Arrays.copyOf(ids, Math.max(2 * ids.length, count + more.length));
      }
      System.arraycopy(more, 0, ids, count, more.length);
      count += more.length;
    }

    int[] toArray() {
      return java.util.Arrays.copyOf(ids, count);
    }
  }
}
