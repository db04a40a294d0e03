package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.ArrayList;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TextStreamTest {
  /// What `stream` gives for each id, and at last.
  static List<String> parts(TextStream stream, int... ids) {
    List<String> parts = new ArrayList<>();
    for (int id : ids) {
      parts.add(stream.next(id));
    }
    parts.add(stream.finish());
    return parts;
  }

  @Test
  void charactersComeWhenTheirLastByteDoes() {
    ByteTokenizer tokenizer = new ByteTokenizer();
    assertEquals(
        List.of("a", "", "é", "", "", "你", "", "", "", "😀", ""),
        parts(tokenizer.stream(), tokenizer.encode("aé你😀")));
  }

  @Test
  void whatNeverBecomesWholeIsReplaced() {
    TextStream stream = new ByteTokenizer().stream();
    assertEquals(List.of("", "", "", "\uFFFD"), parts(stream, 0xF0, 0x9F, 0x98));
    assertEquals(List.of("", "\uFFFDa", ""), parts(stream, 0xE4, 'a'));
    assertEquals(List.of("\uFFFD", "b", ""), parts(stream, 0xFF, 'b'));
    assertEquals(List.of("", "\uFFFD", "é", ""), parts(stream, 0xC3, 0xC3, 0xA9));
  }

  @Property(tries = 500, seed = "1")
  void partsAreTheWhole(@ForAll @Size(max = 20) List<Byte> bytes) {
    int[] ids = bytes.stream().mapToInt(b -> b & 255).toArray();
    ByteTokenizer tokenizer = new ByteTokenizer();
    assertEquals(tokenizer.decode(ids), String.join("", parts(tokenizer.stream(), ids)));
  }

  @Property(tries = 500, seed = "2")
  void noPartCutsACharacter(@ForAll @StringLength(max = 20) String any) {
    ByteTokenizer bytes = new ByteTokenizer();
    String text = bytes.decode(bytes.encode(any));
    CharTokenizer chars = CharTokenizer.of(text);
    for (Tokenizer tokenizer : List.of(bytes, chars)) {
      int[] ids = tokenizer.encode(text);
      List<String> parts = parts(tokenizer.stream(), ids);
      assertEquals(text, String.join("", parts));
      for (String part : parts) {
        assertEquals(part, bytes.decode(bytes.encode(part)), "half a surrogate pair");
      }
    }
  }

  @Test
  void idsOutsideTheVocabularyAreNamedWithTheirIndex() {
    for (Tokenizer tokenizer : List.of(CharTokenizer.of("ab"), new ByteTokenizer())) {
      int size = tokenizer.vocabularySize();
      TextStream stream = tokenizer.stream();
      stream.next(0);
      assertEquals(
          "decode: id " + size + " at index 1, expected 0 to " + (size - 1),
          assertThrows(TokenizerException.class, () -> stream.next(size)).getMessage());
      stream.finish();
      assertEquals(
          "decode: id -1 at index 0, expected 0 to " + (size - 1),
          assertThrows(TokenizerException.class, () -> stream.next(-1)).getMessage());
    }
  }
}
