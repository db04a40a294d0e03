package jacquard.nn.text;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The last stage of encoding in a `tokenizer.json`, for one text: the tokens around it, and
/// whether tokens' offsets leave out the spaces at their ends.
///
/// @param typeId the type of the text's own tokens
/// @param trimmed offsets leave out spaces
/// @param prefixSpace the space before the first word was added, and is not to be left out
record PostProcessor(
    List<Special> before, List<Special> behind, int typeId, boolean trimmed, boolean prefixSpace) {
  /// A token that is added.
  record Special(int id, String token, int typeId) {}

  static final PostProcessor NONE = new PostProcessor(List.of(), List.of(), 0, false, false);

  /// @throws FormatException if `json` is no known post-processor
  static PostProcessor read(@Nullable Json json) throws FormatException {
    if (json == null) {
      return NONE;
    }
    String type = json.field("type").asText();
    return switch (type) {
      case "TemplateProcessing" -> template(json);
      case "ByteLevel" ->
          new PostProcessor(
              List.of(),
              List.of(),
              0,
              Components.flag(json, "trim_offsets", true),
              Components.flag(json, "add_prefix_space", true));
      case "BertProcessing" -> around(json, false, false);
      case "RobertaProcessing" ->
          around(
              json,
              Components.flag(json, "trim_offsets", true),
              Components.flag(json, "add_prefix_space", true));
      case "Sequence" -> {
        PostProcessor all = NONE;
        for (Json item : json.field("processors").items()) {
          all = all.then(read(item));
        }
        yield all;
      }
      default ->
          throw Components.unsupported(
              "post_processor",
              type,
              "TemplateProcessing, ByteLevel, BertProcessing, RobertaProcessing or Sequence");
    };
  }

  PostProcessor withoutTokens() {
    return new PostProcessor(List.of(), List.of(), typeId, trimmed, prefixSpace);
  }

  private PostProcessor then(PostProcessor next) {
    List<Special> front = new ArrayList<>(next.before);
    front.addAll(before);
    List<Special> back = new ArrayList<>(behind);
    back.addAll(next.behind);
    return new PostProcessor(
        front,
        back,
        next.typeId,
        trimmed || next.trimmed,
        next.trimmed ? next.prefixSpace : prefixSpace);
  }

  /// `"cls": ["[CLS]", 101], "sep": ["[SEP]", 102]`.
  private static PostProcessor around(Json json, boolean trimmed, boolean prefixSpace)
      throws FormatException {
    return new PostProcessor(
        List.of(named(json.field("cls"))),
        List.of(named(json.field("sep"))),
        0,
        trimmed,
        prefixSpace);
  }

  private static Special named(Json pair) throws FormatException {
    List<Json> two = pair.items();
    if (two.size() != 2) {
      throw new FormatException("tokenizer: found " + pair + ", expected a token and its id");
    }
    return new Special(two.getLast().asInt(), two.getFirst().asText(), 0);
  }

  private static PostProcessor template(Json json) throws FormatException {
    List<Special> before = new ArrayList<>();
    List<Special> behind = new ArrayList<>();
    int typeId = -1;
    for (Json item : json.field("single").items()) {
      Json sequence = item.optional("Sequence");
      if (sequence != null) {
        if (typeId >= 0) {
          throw new FormatException("tokenizer: template holds its text twice: " + json);
        }
        typeId = sequence.field("type_id").asInt();
        continue;
      }
      Json special = item.field("SpecialToken");
      Json named = json.field("special_tokens").field(special.field("id").asText());
      List<Json> ids = named.field("ids").items();
      List<Json> tokens = named.field("tokens").items();
      for (int i = 0; i < ids.size(); i++) {
        (typeId < 0 ? before : behind)
            .add(
                new Special(
                    ids.get(i).asInt(),
                    i < tokens.size() ? tokens.get(i).asText() : "",
                    special.field("type_id").asInt()));
      }
    }
    if (typeId < 0) {
      throw new FormatException("tokenizer: template holds no text: " + json);
    }
    return new PostProcessor(before, behind, typeId, false, false);
  }
}
