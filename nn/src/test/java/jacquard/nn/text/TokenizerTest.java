package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.SharedData;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import java.nio.file.Files;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.StringLength;
import org.junit.jupiter.api.Test;

class TokenizerTest {
  @Test
  void idsFollowTheOrderOfCodePoints() {
    CharTokenizer tokenizer = CharTokenizer.of("hello 世界 😀");
    assertEquals(" ehlo世界😀", tokenizer.characters());
    assertEquals(8, tokenizer.vocabularySize());
    assertArrayEquals(new int[] {2, 1, 3, 3, 4, 0, 7, 5}, tokenizer.encode("hello 😀世"));
    assertEquals("😀 界", tokenizer.decode(new int[] {7, 0, 6}));
  }

  @Test
  void unknownCharactersAreNamedWithTheirOffset() {
    CharTokenizer tokenizer = CharTokenizer.of("ab");
    assertEquals(
        "encode: unknown character 'é' (U+00E9) at offset 2, expected one of the 2 in the training text; remove it or train with it",
        assertThrows(TokenizerException.class, () -> tokenizer.encode("abéb")).getMessage());
    assertEquals(
        "encode: unknown character '😀' (U+1F600) at offset 0, expected one of the 2 in the training text; remove it or train with it",
        assertThrows(TokenizerException.class, () -> tokenizer.encode("😀")).getMessage());
    for (String control : List.of("\n", "\u202e", "\uD800", "\uFFFF")) {
      String message =
          assertThrows(TokenizerException.class, () -> tokenizer.encode(control)).getMessage();
      assertEquals(
          "encode: unknown character U+%04X at offset 0".formatted((int) control.charAt(0)),
          message.substring(0, message.indexOf(',')));
    }
  }

  @Test
  void idsOutsideTheVocabularyAreNamed() {
    for (Tokenizer tokenizer : List.of(CharTokenizer.of("ab"), new ByteTokenizer())) {
      int size = tokenizer.vocabularySize();
      assertEquals(
          "decode: id " + size + " at index 1, expected 0 to " + (size - 1),
          assertThrows(TokenizerException.class, () -> tokenizer.decode(new int[] {0, size}))
              .getMessage());
      assertThrows(TokenizerException.class, () -> tokenizer.decode(new int[] {-1}));
    }
  }

  @Test
  void halfSurrogatePairsInTheTextAreNamed() {
    assertEquals(
        "char tokenizer: half a surrogate pair, U+D800, at offset 1; repair the text",
        assertThrows(TokenizerException.class, () -> CharTokenizer.of("a\uD800b")).getMessage());
  }

  @Test
  void bytesAreThoseOfUtf8() {
    ByteTokenizer tokenizer = new ByteTokenizer();
    assertArrayEquals(
        new int[] {97, 0xE4, 0xBD, 0xA0, 0xF0, 0x9F, 0x98, 0x80}, tokenizer.encode("a你😀"));
    assertEquals("\uFFFDa\uFFFD", tokenizer.decode(new int[] {0xA0, 97, 0xE4, 0xBD}));
  }

  @Property(tries = 200, seed = "1")
  void textSurvivesBothTokenizers(@ForAll @StringLength(max = 40) String any) {
    String text =
        new String(
            any.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
    CharTokenizer chars = CharTokenizer.of(text);
    assertEquals(text, chars.decode(chars.encode(text)));
    assertEquals(text.codePointCount(0, text.length()), chars.encode(text).length);
    ByteTokenizer bytes = new ByteTokenizer();
    assertEquals(text, bytes.decode(bytes.encode(text)));
  }

  @Property(tries = 100, seed = "2")
  void descriptionsMakeEqualTokenizers(@ForAll @StringLength(max = 40) String any)
      throws Exception {
    String text =
        new String(
            any.getBytes(java.nio.charset.StandardCharsets.UTF_8),
            java.nio.charset.StandardCharsets.UTF_8);
    for (Tokenizer tokenizer : List.of(CharTokenizer.of(text), new ByteTokenizer())) {
      Json json = Json.parse(tokenizer.toJson().pretty(), "t");
      assertEquals(tokenizer, Tokenizer.fromJson(json));
    }
  }

  /// All characters of the basic plane: more ids than a signed short counts.
  @Test
  void largeVocabulariesWork() throws Exception {
    StringBuilder all = new StringBuilder();
    for (int c = 0; c < 0x11000; c++) {
      if (c < 0xD800 || c > 0xDFFF) {
        all.appendCodePoint(c);
      }
    }
    CharTokenizer tokenizer = CharTokenizer.of(all.toString());
    assertEquals(0x11000 - 2048, tokenizer.vocabularySize());
    int[] ids = tokenizer.encode(all.toString());
    for (int i = 0; i < ids.length; i++) {
      assertEquals(i, ids[i]);
    }
    assertEquals(tokenizer, Tokenizer.fromJson(Json.parse(tokenizer.toJson().toString(), "t")));
  }

  @Test
  void wrongDescriptionsAreRefused() throws Exception {
    for (String json :
        List.of(
            "{}",
            "[]",
            "{\"type\":1}",
            "{\"type\":\"bpe\"}",
            "{\"type\":\"char\"}",
            "{\"type\":\"char\",\"characters\":\"ba\"}",
            "{\"type\":\"char\",\"characters\":\"aa\"}")) {
      Json parsed = Json.parse(json, "t");
      assertThrows(FormatException.class, () -> Tokenizer.fromJson(parsed), json);
    }
  }

  @Test
  void shakespeareHas65Characters() throws Exception {
    String text = Files.readString(SharedData.path("tinyshakespeare/input.txt"));
    CharTokenizer tokenizer = CharTokenizer.of(text);
    assertEquals(
        "\n !$&',-.3:;?ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz",
        tokenizer.characters());
    assertArrayEquals(new int[] {18, 47, 56, 57, 58, 1}, tokenizer.encode("First "));
    assertEquals(text, tokenizer.decode(tokenizer.encode(text)));
  }
}
