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
        "text: " + folder + ": holds no .txt file",
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
}
