package jacquard.nn.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import jacquard.nn.SharedData;
import jacquard.nn.io.FormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TextFilesTest {
  @TempDir Path folder;

  @Test
  void foldersAreReadByPath() throws Exception {
    Files.createDirectories(folder.resolve("b"));
    Files.writeString(folder.resolve("b/x.txt"), "\uFEFFtwo");
    Files.writeString(folder.resolve("a.txt"), "öne");
    Files.writeString(folder.resolve("c.md"), "not this");
    assertEquals(
        List.of("öne", "two"),
        TextFiles.read(folder).stream().map(TextFiles.Document::text).toList());
    assertEquals("not this", TextFiles.read(folder.resolve("c.md")).getFirst().text());
  }

  @Test
  void faultsAreNamed() throws Exception {
    assertEquals(
        "text: " + folder + ": holds no .txt, .json or .jsonl file",
        assertThrows(FormatException.class, () -> TextFiles.read(folder)).getMessage());
    Path bad = Files.write(folder.resolve("bad.txt"), new byte[] {'a', 'b', (byte) 0xC3, 'd'});
    assertEquals(
        "text: " + bad + ": byte 0xc3 at offset 2 is not UTF-8; convert the file",
        assertThrows(FormatException.class, () -> TextFiles.read(folder)).getMessage());
    Files.write(bad, new byte[] {'a', (byte) 0xE4, (byte) 0xBD});
    assertEquals(
        "text: " + bad + ": byte 0xe4 at offset 1 is not UTF-8; convert the file",
        assertThrows(FormatException.class, () -> TextFiles.read(bad)).getMessage());
    Path none = folder.resolve("none");
    assertEquals(
        "text: " + none + ": no such file or folder",
        assertThrows(FormatException.class, () -> TextFiles.read(none)).getMessage());
  }

  @Test
  void shakespeareIsRead() throws Exception {
    assertEquals(
        1115394,
        TextFiles.read(SharedData.path("tinyshakespeare/input.txt")).getFirst().text().length());
  }

  @Test
  void jsonHoldsTextsInSeveralLayouts() throws Exception {
    Path file = folder.resolve("a.json");
    for (String[] layout :
        new String[][] {
          {"[{\"title\":\"t\",\"paragraphs\":[\"a\",\"b\"]},{\"content\":[\"c\"]}]", "a\nb", "c"},
          {
            "{\"title\":\"t\",\"content\":[{\"paragraphs\":[\"a\"]},{\"paragraphs\":[\"b\"]}]}",
            "a",
            "b"
          },
          {"[\"a\",{\"text\":\"b\",\"id\":1}]", "a", "b"}
        }) {
      Files.writeString(file, layout[0]);
      assertEquals(
          List.of(layout).subList(1, layout.length),
          TextFiles.read(file).stream().map(TextFiles.Document::text).toList());
    }
    Files.writeString(file, "[{\"title\": \"t\"}]");
    assertEquals(
        "text: " + file + ": found fields [title], expected one of [text, paragraphs, content]",
        assertThrows(FormatException.class, () -> TextFiles.read(folder)).getMessage());
    Files.delete(file);
    Path lines = Files.writeString(folder.resolve("b.jsonl"), "{\"text\":\"a\"}\n\n{\"text\":1}\n");
    assertEquals(
        "text: " + lines + ": line 3: found 1, expected a text",
        assertThrows(FormatException.class, () -> TextFiles.read(lines)).getMessage());
    Files.writeString(lines, "{\"text\":\"a\\n\"}\n{\"text\":\"b\"}\n\"c\"");
    assertEquals("a\n\nb\n\nc", TextFiles.joined(TextFiles.read(lines)));
  }

  @Test
  void chinesePoemsAreReadFromAllTheirFiles() throws Exception {
    List<TextFiles.Document> all = TextFiles.read(SharedData.path("chinese-poetry"));
    assertEquals(366 + 1000 + 1000 + 1002 + 1001 + 20 + 305 + 2, all.size());
    assertEquals(
        "西陸蟬聲唱，南冠客思侵。\n那堪玄鬢影，來對白頭吟。\n露重飛難進，風多響易沈。\n無人信高潔，誰爲表予心。",
        TextFiles.read(SharedData.path("chinese-poetry/tang300.json")).getFirst().text());
  }
}
