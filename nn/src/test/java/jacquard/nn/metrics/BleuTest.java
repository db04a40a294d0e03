package jacquard.nn.metrics;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.io.Json;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class BleuTest {
  private static final double TOLERANCE = 1e-9;

  private static List<String> texts(Json json) throws Exception {
    List<String> texts = new ArrayList<>();
    for (Json text : json.items()) {
      texts.add(text.asText());
    }
    return texts;
  }

  /// A case of the reference file: `refs[k][i]` there is the k-th reference of segment i.
  private record Case(
      String id, List<String> hypotheses, List<List<String>> references, Json scores) {
    static Case of(Json json) throws Exception {
      List<String> hypotheses = texts(json.field("hyps"));
      List<List<String>> references = new ArrayList<>();
      for (int i = 0; i < hypotheses.size(); i++) {
        List<String> own = new ArrayList<>();
        for (Json set : json.field("refs").items()) {
          own.add(set.items().get(i).asText());
        }
        references.add(own);
      }
      return new Case(json.field("id").asText(), hypotheses, references, json);
    }
  }

  private static List<Case> cases() throws Exception {
    List<Case> cases = new ArrayList<>();
    for (Json each :
        Json.read(SharedData.path("bleu/reference-scores.json")).field("cases").items()) {
      cases.add(Case.of(each));
    }
    assertEquals(19, cases.size());
    return cases;
  }

  private static BleuTokens tokens(String name) {
    return name.equals("13a") ? BleuTokens.V13A : BleuTokens.valueOf(name.toUpperCase(Locale.ROOT));
  }

  private static Bleu.Smoothing smoothing(String name) {
    return switch (name) {
      case "none" -> new Bleu.Smoothing.None();
      case "floor" -> new Bleu.Smoothing.Floor(0.1);
      case "add-k" -> new Bleu.Smoothing.AddK(1);
      case "exp" -> new Bleu.Smoothing.Exponential();
      default -> throw new AssertionError(name);
    };
  }

  @Test
  void scoresAreSacrebleus() throws Exception {
    int compared = 0;
    for (Case each : cases()) {
      for (Map.Entry<String, Json> entry : each.scores.field("sacrebleu").fields().entrySet()) {
        String what = each.id + " " + entry.getKey();
        String[] name = entry.getKey().split("/");
        if (!name[0].endsWith("bleu")) {
          assertTrue(name[0].startsWith("chrf"), what);
          continue;
        }
        Bleu bleu = Bleu.STANDARD.withTokens(tokens(name[1])).withSmoothing(smoothing(name[2]));
        if (name[0].equals("sentence_bleu")) {
          assertEquals("effective_order", name[3]);
          for (int i = 0; i < each.hypotheses.size(); i++) {
            assertEquals(
                entry.getValue().items().get(i).asDouble(),
                bleu.withEffectiveOrder(true)
                    .sentence(each.hypotheses.get(i), each.references.get(i))
                    .score(),
                TOLERANCE,
                what);
            compared++;
          }
        } else if (name.length == 4) {
          assertEquals("lowercase", name[3]);
          Bleu lower = bleu.withLowercase(true);
          assertEquals(
              entry.getValue().asDouble(),
              lower.corpus(each.hypotheses, each.references).score(),
              TOLERANCE,
              what);
          compared++;
        } else {
          Bleu.Score score = bleu.corpus(each.hypotheses, each.references);
          Json expected = entry.getValue();
          assertEquals(expected.field("score").asDouble(), score.score(), TOLERANCE, what);
          assertEquals(expected.field("bp").asDouble(), score.brevityPenalty(), TOLERANCE, what);
          assertEquals(expected.field("sys_len").asLong(), score.length(), what);
          assertEquals(expected.field("ref_len").asLong(), score.referenceLength(), what);
          for (int n = 0; n < 4; n++) {
            assertEquals(
                expected.field("precisions").items().get(n).asDouble(),
                score.precisions().get(n),
                TOLERANCE,
                what);
          }
          compared++;
        }
      }
    }
    assertEquals(401, compared, "all of the file's scores but chrF");
  }

  private static List<String> words(String text) {
    return BleuTokens.NONE.of(text);
  }

  @Test
  void scoresAreNltks() throws Exception {
    int compared = 0;
    for (Case each : cases()) {
      List<List<List<String>>> references =
          each.references.stream().map(all -> all.stream().map(BleuTest::words).toList()).toList();
      List<List<String>> hypotheses = each.hypotheses.stream().map(BleuTest::words).toList();
      for (Map.Entry<String, Json> entry : each.scores.field("nltk").fields().entrySet()) {
        String what = each.id + " " + entry.getKey();
        if (entry.getKey().startsWith("corpus_bleu/")) {
          int orders = Integer.parseInt(entry.getKey().substring("corpus_bleu/".length()));
          assertEquals(
              entry.getValue().asDouble(),
              NltkBleu.corpus(hypotheses, references, orders),
              TOLERANCE,
              what);
          compared++;
          continue;
        }
        String method = entry.getKey().substring("sentence_bleu/smoothing_".length());
        NltkBleu.Smoothing smoothing = NltkBleu.Smoothing.valueOf(method.toUpperCase(Locale.ROOT));
        for (int i = 0; i < hypotheses.size(); i++) {
          assertEquals(
              entry.getValue().items().get(i).asDouble(),
              NltkBleu.sentence(hypotheses.get(i), references.get(i), smoothing),
              TOLERANCE,
              what + " " + i);
          compared++;
        }
      }
    }
    assertEquals(1154, compared);
  }

  /// Of sacrebleu 2.6.0.
  @Test
  void wordsAreCutAsSacrebleuCutsThem() {
    String text = "It's 1,234.5 (50%), \"x-3\" 3-4: don't&quot; §5 «a» ½€ 你好，x。 ok.";
    assertEquals(
        "It's 1,234.5 ( 50 % ) , \" x-3 \" 3 - 4 : don't \" §5 «a» ½€ 你好，x。 ok .",
        String.join(" ", BleuTokens.V13A.of(text)));
    assertEquals(
        "It ' s 1,234.5 ( 50 % ) , \" x - 3 \" 3-4 : don ' t & quot ; § 5 « a » ½ € 你好 ， x 。 ok .",
        String.join(" ", BleuTokens.INTL.of(text)));
    assertEquals(
        "It's 1,234.5 ( 50 % ) , \" x-3 \" 3 - 4 : don't & quot ; §5 «a» ½ € 你 好 ， x 。 ok .",
        String.join(" ", BleuTokens.ZH.of(text)));
    assertEquals(List.of("a", "😀", "b"), BleuTokens.CHAR.of(" a😀\u3000b"));
    assertEquals(List.of("a,b", "c."), BleuTokens.NONE.of(" a,b\u00a0c. "));
  }

  @Property(tries = 200, seed = "1")
  void scoresKeepTheirBounds(
      @ForAll @Size(min = 1, max = 4)
          List<@StringLength(max = 12) @CharRange(from = 'a', to = 'c') String> texts) {
    List<String> spaced = texts.stream().map(text -> text.replace("c", " ")).toList();
    List<List<String>> itself = spaced.stream().map(List::of).toList();
    List<List<String>> other = spaced.reversed().stream().map(List::of).toList();
    Bleu bleu = Bleu.STANDARD.withTokens(BleuTokens.CHAR).withEffectiveOrder(true);
    Bleu.Score score = bleu.corpus(spaced, itself);
    assertEquals(score.length() == 0 ? 0 : 100, score.score(), 1e-9);
    double against = bleu.corpus(spaced, other).score();
    assertTrue(against >= 0 && against <= 100 + 1e-9, () -> "score " + against);
  }

  @Test
  void misfitsAreNamed() {
    assertEquals(
        "bleu: 1 hypotheses and references for 0, expected one or more and as many",
        assertThrows(
                IllegalArgumentException.class, () -> Bleu.STANDARD.corpus(List.of("a"), List.of()))
            .getMessage());
    assertEquals(
        "bleu: segment 0 has no reference",
        assertThrows(IllegalArgumentException.class, () -> Bleu.STANDARD.sentence("a", List.of()))
            .getMessage());
  }

  @Test
  void likelihoodIsToldPerTokenCharacterAndByte() {
    TextLikelihood text = TextLikelihood.of(Math.log(8), 4, "ab你😀");
    assertEquals(8, text.perplexity(), 1e-12);
    assertEquals(3.0 * 4 / 4, text.bitsPerCharacter(), 1e-12);
    assertEquals(3.0 * 4 / 9, text.bitsPerByte(), 1e-12);
    TextLikelihood both = text.plus(TextLikelihood.of(Math.log(2), 4, "abcd"));
    assertEquals(4, both.perplexity(), 1e-12);
    assertEquals(2, both.bitsPerCharacter(), 1e-12);
    assertThrows(IllegalArgumentException.class, () -> TextLikelihood.of(1, 0, ""));
  }
}
