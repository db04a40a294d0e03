package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// The decoder of a `tokenizer.json`: from tokens to text, token by token.
///
///     Detokenizer = ByteLevel | ByteFallback | WordPiece prefix cleanup | Metaspace replacement | BpeSuffix suffix
///                 | Replace pattern content | Strip content start stop | Fuse | Spaced | Several [Detokenizer...]
///
/// Each is a machine that is given one token at a time and hands on the parts that are certain.
sealed interface Detokenizer {
  record ByteLevel() implements Detokenizer {}

  record ByteFallback() implements Detokenizer {}

  record WordPiece(String prefix, boolean cleanup) implements Detokenizer {}

  record Metaspace(String replacement, PreTokenizer.Scheme scheme) implements Detokenizer {}

  record BpeSuffix(String suffix) implements Detokenizer {}

  record Replace(Pattern pattern, String content) implements Detokenizer {}

  record Strip(String content, int start, int stop) implements Detokenizer {}

  record Fuse() implements Detokenizer {}

  /// What a file without a decoder does: tokens with spaces between them.
  record Spaced() implements Detokenizer {}

  record Several(List<Detokenizer> all) implements Detokenizer {}

  /// @param json the decoder, or null
  /// @throws FormatException if it is no known one
  static Detokenizer read(@Nullable Json json) throws FormatException {
    if (json == null) {
      return new Spaced();
    }
    String type = json.field("type").asText();
    return switch (type) {
      case "ByteLevel" -> new ByteLevel();
      case "ByteFallback" -> new ByteFallback();
      case "Fuse" -> new Fuse();
      case "WordPiece" ->
          new WordPiece(json.field("prefix").asText(), Components.flag(json, "cleanup", true));
      case "Metaspace" -> {
        String replacement = Components.text(json, "replacement");
        yield new Metaspace(
            replacement == null ? "\u2581" : replacement, PreTokenizer.scheme(json));
      }
      case "BPEDecoder" -> {
        String suffix = Components.text(json, "suffix");
        yield new BpeSuffix(suffix == null ? "</w>" : suffix);
      }
      case "Replace" ->
          new Replace(Components.pattern(json.field("pattern")), json.field("content").asText());
      case "Strip" ->
          new Strip(
              json.field("content").asText(),
              json.field("start").asInt(),
              json.field("stop").asInt());
      case "Sequence" -> {
        List<Detokenizer> all = new ArrayList<>();
        boolean fused = false;
        for (Json item : json.field("decoders").items()) {
          Detokenizer next = read(item);
          if (fused && next instanceof Strip(_, _, int stop) && stop > 0) {
            throw Components.unsupported("decoder", "Strip with a stop behind Fuse", "stop 0");
          }
          fused |= next instanceof Fuse || next instanceof ByteLevel;
          all.add(next);
        }
        yield new Several(all);
      }
      default ->
          throw Components.unsupported(
              "decoder",
              type,
              "ByteLevel, ByteFallback, Fuse, WordPiece, Metaspace, BPEDecoder, Replace, Strip or"
                  + " Sequence");
    };
  }

  /// A run of the decoder over one text.
  interface Machine {
    /// @param out takes the parts that are certain now
    void next(String token, Consumer<String> out);

    /// Hands on what was held back.
    void finish(Consumer<String> out);
  }

  default Machine machine() {
    return machine(false);
  }

  /// @param fused the parts that come are of one text, not tokens of their own
  private Machine machine(boolean fused) {
    return switch (this) {
      case ByteLevel() -> new DetokenizerMachines.Bytes();
      case ByteFallback() -> new DetokenizerMachines.Fallback();
      case WordPiece(String prefix, boolean cleanup) ->
          new DetokenizerMachines.Words(prefix, cleanup);
      case Metaspace(String replacement, PreTokenizer.Scheme scheme) ->
          new DetokenizerMachines.Marks(replacement, scheme != PreTokenizer.Scheme.NEVER);
      case BpeSuffix(String suffix) -> new DetokenizerMachines.Suffixes(suffix);
      case Replace(Pattern pattern, String content) ->
          DetokenizerMachines.each(token -> pattern.matcher(token).replaceAll(quoted(content)));
      case Strip(String content, int start, int stop) ->
          fused
              ? new DetokenizerMachines.Front(content, start)
              : DetokenizerMachines.each(
                  token -> DetokenizerMachines.stripped(token, content, start, stop));
      case Fuse() -> DetokenizerMachines.each(token -> token);
      case Spaced() -> new DetokenizerMachines.Spaces();
      case Several(List<Detokenizer> all) -> {
        List<Machine> machines = new ArrayList<>();
        boolean whole = fused;
        for (Detokenizer each : all) {
          machines.add(each.machine(whole));
          whole |= each instanceof Fuse || each instanceof ByteLevel;
        }
        yield new DetokenizerMachines.Chain(machines);
      }
    };
  }

  private static String quoted(String content) {
    return java.util.regex.Matcher.quoteReplacement(content);
  }
}
