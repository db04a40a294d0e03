package jacquard.examples.board;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.board.Listed.State;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CatalogueTest {
  @TempDir Path temp;

  @Test
  void runsAreFoundTwoFoldersDeepTheNewestFirst() throws IOException {
    WrittenRun.of(temp.resolve("old"), "gpt", 5, "2026-01-01");
    WrittenRun.of(temp.resolve("monday/new"), "vae", 5, "2026-03-01");
    WrittenRun.of(temp.resolve("a/b/deep"), "vae", 5, "2026-04-01");
    Files.createDirectory(temp.resolve("empty"));
    Catalogue catalogue = new Catalogue(temp);
    assertEquals(List.of("monday/new", "old"), ids(catalogue));
    WrittenRun.of(temp.resolve("later"), "gan", 5, "2026-02-01");
    assertEquals(List.of("monday/new", "later", "old"), ids(catalogue));
    assertEquals(List.of("."), ids(new Catalogue(temp.resolve("old"))), "a run itself");
    assertEquals(List.of(), ids(new Catalogue(temp.resolve("none"))), "not there yet");
  }

  private static List<String> ids(Catalogue catalogue) throws IOException {
    return catalogue.runs().stream().map(Listed::id).toList();
  }

  @Test
  void statesTellWhoStillTrains() throws IOException {
    WrittenRun run = WrittenRun.of(temp.resolve("run"), "gpt", 3, "2026-01-01").line(1, 1);
    Catalogue catalogue = new Catalogue(temp);
    assertEquals(State.STOPPED, catalogue.run("run").state());
    Path lock = run.path().resolve(".lock");
    Files.writeString(lock, ProcessHandle.current().pid() + "\n");
    assertEquals(State.TRAINING, catalogue.run("run").state());
    Files.setLastModifiedTime(lock, java.nio.file.attribute.FileTime.fromMillis(1_000_000_000));
    assertEquals(State.STOPPED, catalogue.run("run").state(), "an older process of that number");
    run.line(3, 1).sample(2, "x");
    Listed ended = catalogue.run("run");
    assertEquals(State.ENDED, ended.state());
    assertEquals(3, assertNotNullLine(ended));
    assertEquals(2, ended.sample());
  }

  private static long assertNotNullLine(Listed run) throws IOException {
    assertNotNull(run.last());
    return run.last().field("step").asLong();
  }

  @Test
  void whatIsNoRunSaysWhy() throws IOException {
    Path cut = Files.createDirectory(temp.resolve("cut"));
    Files.writeString(cut.resolve("config.json"), "{\"recipe\": \"gp");
    Path bare = Files.createDirectory(temp.resolve("bare"));
    Files.writeString(bare.resolve("config.json"), "{}");
    Path imported = Files.createDirectory(temp.resolve("imported"));
    Files.writeString(imported.resolve("config.json"), "{\"model_type\": \"gpt2\"}");
    Catalogue catalogue = new Catalogue(temp);
    String why = String.valueOf(catalogue.run("bare").problem());
    assertTrue(why.contains("recipe"), why);
    assertTrue(String.valueOf(catalogue.run("cut").problem()).contains("cut/config.json"));
    assertEquals(State.IMPORTED, catalogue.run("imported").state());
    assertEquals(List.of("prompt", "attention"), catalogue.run("imported").screens());
    WrittenRun.of(temp.resolve("classifier"), "classifier", 5, "2026-01-01");
    assertEquals(List.of("curves", "samples", "weights"), catalogue.run("classifier").screens());
  }
}
