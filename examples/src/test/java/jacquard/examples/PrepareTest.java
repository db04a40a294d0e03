package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Shell.Result;
import jacquard.nn.io.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Texts that are cleaned from the command line.
class PrepareTest {
  private static final String VERSE = "two households, both alike in dignity, in fair Verona";

  @TempDir Path temp;

  private Path texts() throws IOException {
    return Files.writeString(
        temp.resolve("in.txt"),
        "e\u0301tude\t \n\n" + VERSE + "\n\n" + VERSE + "\n\n" + VERSE + "!\n\nshort\n");
  }

  @Test
  void prepareWritesDocumentsAndAReport() throws IOException {
    Path out = temp.resolve("out.jsonl");
    Path report = temp.resolve("report.json");
    String[] command = {
      "prepare",
      "text",
      texts().toString(),
      "--out",
      out.toString(),
      "--report",
      report.toString(),
      "--documents",
      "paragraph",
      "--normalize",
      "NFC",
      "--strip",
      "--min-length",
      "6",
      "--dedup",
      "near"
    };
    Result result = Shell.jacquard(command);
    assertEquals(0, result.exit(), result::toString);
    assertEquals(
        List.of(
            "normalize NFC                   5 documents,        1 changed,        0 dropped",
            "strip controls                  5 documents,        0 changed,        0 dropped",
            "strip trailing space            5 documents,        2 changed,        0 dropped",
            "length from 6                   5 documents,        0 changed,        2 dropped",
            "exact duplicates                3 documents,        0 changed,        1 dropped",
            "near duplicates from 0.8        2 documents,        0 changed,        1 dropped",
            out + ": 1 documents, 53 characters"),
        result.out());
    assertEquals("{\"text\":\"" + VERSE + "\"}\n", Files.readString(out));
    List<Json> dropped = Json.read(report).field("dropped").items();
    assertEquals(4, dropped.size());
    assertEquals("5 characters, expected 6 or more", dropped.getFirst().field("why").asText());
    assertEquals(1, dropped.getFirst().field("document").asInt());

    Result again = Shell.jacquard(command);
    assertEquals(2, again.exit());
    assertEquals(
        List.of("prepare: " + out + ": exists already, expected a new file"),
        again.err().stream().map(line -> line.replaceFirst("^.*?prepare: ", "prepare: ")).toList());
  }

  @Test
  void trainPreparesItsTextsAndRemembersHow() throws IOException {
    StringBuilder poems = new StringBuilder();
    for (int i = 0; i < 30; i++) {
      poems.append("line ").append((char) ('a' + i % 15)).append(" of as many as there are\n\n");
    }
    Path data = Files.writeString(temp.resolve("poems.txt"), poems);
    Path run = temp.resolve("run");
    Result result =
        Shell.train(TrainTest.TINY + " --steps 1 --documents paragraph --dedup exact", data, run);
    assertEquals(
        "exact duplicates               30 documents,        0 changed,       15 dropped",
        result.out().getFirst());
    Json config = Json.read(run.resolve("config.json")).field("options");
    assertEquals("exact", config.field("--dedup").asText());
    assertEquals("paragraph", config.field("--documents").asText());

    // The same documents are held out again: 2 of 15, of 30 letters, and an empty line between.
    assertEquals(0, Shell.jacquard("eval", run.toString()).exit());
    Json evaluation = Json.read(run.resolve("eval.json"));
    assertEquals(48, evaluation.field("tokens").asInt(), "three windows of the 62 letters");
  }

  @Test
  void lengthsAreLimitedOnBothSides() throws IOException {
    Path in =
        Files.writeString(
            temp.resolve("lines.txt"), "three\nfour more\n\u660e\u6708\u5149\nninety nine\n");
    Path out = temp.resolve("limited.jsonl");
    String[] call = {
      "prepare", "text", in.toString(), "--documents", "line", "--out", out.toString()
    };
    Result result = Shell.jacquard(Shell.join(List.of(call), "--max-length", "5"));
    assertEquals(0, result.exit(), result::toString);
    assertEquals(
        List.of(
            "length 0 to 5                   4 documents,        0 changed,        2 dropped",
            out + ": 2 documents, 8 characters"),
        result.out());
    assertEquals(
        List.of("{\"text\":\"three\"}", "{\"text\":\"\u660e\u6708\u5149\"}"),
        Files.readAllLines(out));

    StringBuilder lines = new StringBuilder();
    for (char c = 'a'; c <= 't'; c++) {
      lines.append("a line of ").append(c).append("\na longer line of ").append(c).append('\n');
    }
    Path data = Files.writeString(temp.resolve("many.txt"), lines);
    Path run = temp.resolve("run");
    String limits = " --documents line --max-length 11 --min-length 1";
    Result trained = Shell.train(TrainTest.TINY + " --steps 1" + limits, data, run);
    assertEquals(
        "length 1 to 11                 40 documents,        0 changed,       20 dropped",
        trained.out().getFirst());
    Json options = Json.read(run.resolve("config.json")).field("options");
    assertEquals("11", options.field("--max-length").asText());

    Result wrong =
        Shell.jacquard(
            "prepare",
            "text",
            in.toString(),
            "--out",
            temp.resolve("none.jsonl").toString(),
            "--min-length",
            "6",
            "--max-length",
            "5");
    assertEquals(2, wrong.exit());
    assertTrue(
        wrong.err().getFirst().contains("--max-length is 5, expected 6 or more"), wrong::toString);
  }

  @Test
  void wrongOptionsAreOneLine() throws IOException {
    String in = texts().toString();
    for (String[] wrong :
        new String[][] {
          {"--dedup", "some", "--dedup is some, expected exact or near"},
          {"--documents", "page", "--documents is page, expected one of file, paragraph, line"},
          {"--normalize", "nfc", "--normalize is nfc, expected one of NFD, NFC, NFKD, NFKC"},
          {"--similarity", "0.5", "--similarity is for --dedup near"},
          {"--min-length", "1000", "none of 1 documents is left"}
        }) {
      Result result =
          Shell.jacquard("prepare", "text", in, "--out", temp + "/o.txt", wrong[0], wrong[1]);
      assertEquals(2, result.exit(), result::toString);
      assertEquals(1, result.err().size(), result::toString);
      assertTrue(result.err().getFirst().contains(wrong[2]), result::toString);
    }
    Result result = Shell.jacquard("train", "gpt", "--dedup", "exact", "--out", temp + "/r");
    assertEquals(2, result.exit());
    assertTrue(
        result.err().getFirst().contains("--dedup is for texts, and there is no --data"),
        result::toString);
  }
}
