package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.nn.data.SplitMix;
import jacquard.nn.text.TextFiles.Document;
import java.nio.file.Path;
import java.text.Normalizer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.CharRange;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextPreparationTest {
  private static final Path FILE = Path.of("a.txt");

  private static List<Document> documents(List<String> texts) {
    return texts.stream().map(text -> new Document(FILE, text)).toList();
  }

  private static List<String> texts(List<Document> documents) {
    return documents.stream().map(Document::text).toList();
  }

  private static TextPreparation.Result apply(List<String> texts, TextStep... steps) {
    return new TextPreparation(List.of(steps)).apply(documents(texts));
  }

  private static List<String> kept(String text, TextStep step) {
    return texts(apply(List.of(text), step).documents());
  }

  @Test
  void textsAreCleaned() {
    assertEquals(List.of("é"), kept("e\u0301", new TextStep.Normalize(Normalizer.Form.NFC)));
    assertEquals(List.of("ABC１"), kept("ABC１", new TextStep.Normalize(Normalizer.Form.NFC)));
    assertEquals(List.of("ABC1"), kept("ＡＢＣ１", new TextStep.Normalize(Normalizer.Form.NFKC)));
    assertEquals(
        List.of("a\tb\nc\nd\ne😀"),
        kept("\uFEFFa\tb\r\nc\rd\u0085e\u0000\u001B\u009F😀", new TextStep.StripControls()));
    assertEquals(
        List.of(" a\n  b\n\nc"),
        kept("\n a  \n  b\u3000\n \t\nc \n\n", new TextStep.StripTrailingSpace()));
  }

  @Test
  void theReportSaysWhatWasDroppedAndWhy() {
    String verse = "two households, both alike in dignity, in fair Verona, where we lay our scene";
    TextPreparation.Result result =
        apply(
            List.of(
                "short",
                verse,
                verse + " ",
                verse.toUpperCase(Locale.ROOT) + "!",
                "another text altogether"),
            new TextStep.StripTrailingSpace(),
            new TextStep.Length(6, 1000),
            new TextStep.ExactDuplicates(),
            new TextStep.NearDuplicates(0.8, 1));
    assertEquals(List.of(verse, "another text altogether"), texts(result.documents()));
    assertEquals(
        List.of(
            new TextPreparation.StepReport("strip trailing space", 5, 1, 0),
            new TextPreparation.StepReport("length 6 to 1000", 5, 0, 1),
            new TextPreparation.StepReport("exact duplicates", 4, 0, 1),
            new TextPreparation.StepReport("near duplicates from 0.8", 3, 0, 1)),
        result.steps());
    assertEquals(
        List.of(
            new TextPreparation.Dropped(
                FILE, 1, "length 6 to 1000", "5 characters, expected 6 or more"),
            new TextPreparation.Dropped(FILE, 3, "exact duplicates", "equals the kept document 1"),
            new TextPreparation.Dropped(
                FILE, 4, "near duplicates from 0.8", "0.986 like the kept document 1")),
        result.dropped());
    assertEquals(
        "strip trailing space            5 documents,        1 changed,        0 dropped",
        result.lines().getFirst());
    assertTrue(result.toJson().toString().contains("\"why\":\"equals the kept document 1\""));
  }

  @Property(tries = 200, seed = "1")
  void exactDuplicatesAreTheFirstOfEachKind(
      @ForAll @Size(max = 20)
          List<@StringLength(max = 2) @CharRange(from = 'a', to = 'b') String> texts) {
    List<String> kept = texts(apply(texts, new TextStep.ExactDuplicates()).documents());
    assertEquals(texts.stream().distinct().toList(), kept);
  }

  /// Independent of hashes: sets of strings.
  private static double similarity(String a, String b) {
    Set<String> both = new HashSet<>(shingles(a));
    Set<String> either = new HashSet<>(shingles(a));
    both.retainAll(shingles(b));
    either.addAll(shingles(b));
    return (double) both.size() / either.size();
  }

  private static Set<String> shingles(String text) {
    Set<String> shingles = new HashSet<>();
    String spaced = text.strip().replaceAll("\\s+", " ").toLowerCase(Locale.ROOT);
    for (int i = 0; i + 5 <= spaced.length(); i++) {
      shingles.add(spaced.substring(i, i + 5));
    }
    return shingles.isEmpty() ? Set.of(spaced) : shingles;
  }

  @Property(tries = 100, seed = "2")
  void nearDuplicatesHaveAKeptDocumentThatIsAsSimilar(
      @ForAll @Size(min = 2, max = 12)
          List<@StringLength(max = 30) @CharRange(from = 'a', to = 'c') String> texts,
      @ForAll @DoubleRange(min = 0.5, max = 1) double least,
      @ForAll @IntRange(max = 1000) int seed) {
    TextStep step = new TextStep.NearDuplicates(least, seed);
    TextPreparation.Result result = apply(texts, step);
    List<String> kept = texts(result.documents());
    for (TextPreparation.Dropped each : result.dropped()) {
      String gone = texts.get(each.index() - 1);
      assertTrue(kept.stream().anyMatch(one -> similarity(one, gone) >= least), gone);
    }
    assertEquals(texts.size(), kept.size() + result.dropped().size());
    assertEquals(result, apply(texts, step), "the same seed gives the same result");
    assertEquals(kept, texts(apply(kept, step).documents()), "nothing is left to be dropped");
  }

  @Test
  void nearDuplicatesAreFoundInAThousandTexts() {
    SplitMix random = new SplitMix(3);
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder();
      for (int k = 0; k < 400; k++) {
        text.append((char) ('a' + random.nextInt(26)));
      }
      texts.add(text.toString());
      // One letter of 400 differs: 5 runs of some 396 on each side.
      text.setCharAt(random.nextInt(400), '#');
      texts.add(text.toString());
    }
    TextPreparation.Result result = apply(texts, new TextStep.NearDuplicates(0.9, 7));
    assertEquals(500, result.dropped().size());
    for (TextPreparation.Dropped each : result.dropped()) {
      assertEquals(0, each.index() % 2, "the first of two is kept");
    }
  }

  @Test
  void tangPoemsHaveFewDuplicates() throws Exception {
    List<Document> poems = TextFiles.read(SharedData.path("chinese-poetry/tang300.json"));
    TextPreparation.Result result =
        new TextPreparation(
                List.of(
                    new TextStep.Normalize(Normalizer.Form.NFC),
                    new TextStep.StripControls(),
                    new TextStep.ExactDuplicates(),
                    new TextStep.NearDuplicates(0.8, 1)))
            .apply(poems);
    assertEquals(366, poems.size());
    assertEquals(366, result.documents().size() + result.dropped().size());
    assertEquals(12 + 4, result.dropped().size(), () -> result.lines().toString());
  }

  @Test
  void filesAreCutIntoParagraphsAndLines() {
    List<Document> file = documents(List.of("a\nb\n\n \nc\r\n\r\nd\n", "\n\n"));
    assertEquals(file, DocumentUnit.FILE.cut(file));
    assertEquals(List.of("a\nb", "c", "d\n"), texts(DocumentUnit.PARAGRAPH.cut(file)));
    assertEquals(List.of("a", "b", "c", "d"), texts(DocumentUnit.LINE.cut(file)));
  }

  @Property(tries = 100, seed = "4")
  void splitsShareNothingAndLoseNothing(
      @ForAll @Size(min = 2, max = 40) List<@StringLength(max = 9) String> texts,
      @ForAll @DoubleRange(min = 0.05, max = 0.5) double fraction,
      @ForAll @IntRange(max = 1000) int seed) {
    List<Document> all = new ArrayList<>();
    for (int i = 0; i < texts.size(); i++) {
      all.add(new Document(Path.of(i + ".txt"), texts.get(i)));
    }
    DocumentSplit split = DocumentSplit.of(all, fraction, seed);
    Set<Document> both = new HashSet<>(split.train());
    both.addAll(split.validation());
    assertEquals(new HashSet<>(all), both);
    assertEquals(all.size(), split.train().size() + split.validation().size());
    assertTrue(!split.train().isEmpty() && !split.validation().isEmpty());
    assertEquals(split, DocumentSplit.of(all, fraction, seed));
  }

  @Test
  void aSplitHoldsAboutItsFraction() {
    List<String> texts = new ArrayList<>();
    for (int i = 0; i < 300; i++) {
      texts.add("x".repeat(50 + i % 7));
    }
    DocumentSplit split = DocumentSplit.of(documents(texts), 0.1, 1);
    assertEquals(30, split.validation().size(), 1);
  }

  @Test
  void wrongNumbersAreNamed() {
    assertEquals(
        "near duplicates: similarity is 0.0, expected above 0 up to 1",
        assertThrows(IllegalArgumentException.class, () -> new TextStep.NearDuplicates(0, 1))
            .getMessage());
    assertThrows(IllegalArgumentException.class, () -> new TextStep.Length(3, 2));
    assertThrows(
        IllegalArgumentException.class, () -> DocumentSplit.of(documents(List.of("a")), 0.1, 1));
  }
}
