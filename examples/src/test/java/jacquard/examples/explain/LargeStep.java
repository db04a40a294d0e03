package jacquard.examples.explain;

import jacquard.examples.web.Browser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.IntFunction;

/// What a page shows of a step that is larger than any in practice.
final class LargeStep {
  static final int NODES = 5000;
  private static final int WIDE = 100;

  /// A node after the other, with links to one some steps before.
  static final IntFunction<String> CHAIN =
      i -> i == 0 ? "" : i < 7 ? "" + (i - 1) : (i - 1) + "," + (i - 7);

  /// Fifty rows of a hundred nodes, each of which reads three of the row before.
  static final IntFunction<String> WIDE_ROWS =
      i -> {
        int row = i / WIDE * WIDE - WIDE;
        return row < 0
            ? ""
            : "%d,%d,%d".formatted(row + i % WIDE, row + (i + 7) % WIDE, row + (i * 31 + 5) % WIDE);
      };

  private LargeStep() {}

  /// Opens the page of such a step.
  ///
  /// @param folder where the page's file is written
  static void open(Browser browser, Path folder, IntFunction<String> sources) throws IOException {
    open(browser, folder, data(sources));
  }

  /// Opens the page of any step.
  static void open(Browser browser, Path folder, String data) throws IOException {
    Path page = Files.writeString(folder.resolve("page.html"), Page.of(data));
    browser.open(page.toUri().toString());
    browser.await("window.jacquard && jacquardSpeed.draw !== undefined");
  }

  /// A graph of 5,000 nodes in 100 layers, and 500 tasks of ten operations each.
  static String data(IntFunction<String> sources) {
    StringBuilder operations = new StringBuilder();
    StringBuilder tasks = new StringBuilder();
    StringBuilder blocks = new StringBuilder();
    for (int i = 0; i < NODES; i++) {
      boolean same = i > 165 && i < 168;
      String name = same ? "twin" : "op" + i;
      String role = i == 0 ? "input" : i < NODES / 2 ? "forward" : "gradient";
      operations.append(
          "%s[\"%s\",\"f32[%d]\",\"blocks.%d.fc\",\"Layer.forward(Layer.java:%d)\",\"Main.main(Main.java:1)\",\"%s\",[%s],[%d]]"
              .formatted(
                  i == 0 ? "" : ",",
                  name,
                  same ? 0 : i,
                  i / 50,
                  same ? 0 : i,
                  role,
                  sources.apply(i),
                  i / 10));
    }
    for (int t = 0; t < NODES / 10; t++) {
      StringBuilder own = new StringBuilder();
      for (int i = 0; i < 10; i++) {
        own.append(i == 0 ? "" : ",").append(10 * t + i);
      }
      tasks.append(
          "%s{\"label\":\"loop\",\"text\":\"loop %d \\u003cscript>\",\"layer\":\"blocks.%d.fc\",\"operations\":[%s],\"ends\":[[%d,%d,\"it is <b>so</b>\"]],\"flops\":10,\"bytes\":40,\"us\":%d,\"interim\":%b,\"share\":0.5,\"limit\":\"L2\",\"code\":[0,1,2]}"
              .formatted(t == 0 ? "" : ",", t, t / 5, own, t, t + 1, t % 17 + 1, t == 16));
      blocks.append(
          "%s[%d,\"f32\",%d,1000,%d,%d]".formatted(t == 0 ? "" : ",", t, t % 9 * 1000, t, t + 3));
    }
    return ("{\"shown\":0,\"plans\":[{\"name\":\"plans 1 to 2: updates a\",\"step\":{\"title\":\"a test\",\"device\":\"cpu\",\"operations\":[%s],\"tasks\":[%s],\"blocks\":[%s],\"arena\":9000,"
            + "\"stages\":[{\"name\":\"fusion\",\"before\":\"3\",\"after\":\"2\",\"notes\":[\"one\"]}],\"codes\":[\"java\",\"opencl\",\"cuda\"],\"notes\":[\"a note\"]}},"
            + "{\"name\":\"plan 3: updates b\",\"step\":{\"title\":\"another\",\"device\":\"cpu\",\"operations\":[[\"x\",\"f32[1]\",\"b\",\"\",\"\",\"forward\",[],[]]],"
            + "\"tasks\":[],\"blocks\":[],\"arena\":0,\"stages\":[],\"codes\":[],\"notes\":[]}}]}")
        .formatted(operations, tasks, blocks);
  }
}
