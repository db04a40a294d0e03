package jacquard.examples.explain;

import jacquard.examples.web.PageFiles;
import java.util.List;
import java.util.stream.Collectors;

/// The page of `explain --html`: one file with its data, script and look inside.
final class Page {
  /// In this order, each a function of what the ones before left in `room`.
  private static final List<String> SCRIPTS = List.of("step.js", "graph.js", "tasks.js");

  private Page() {}

  /// @param data of the page, JSON
  static String of(String data) {
    String script =
        PageFiles.shared(PageFiles.KIT)
            + SCRIPTS.stream()
                .map(name -> PageFiles.text(Page.class, name))
                .collect(Collectors.joining());
    String style = PageFiles.shared(PageFiles.LOOK) + PageFiles.text(Page.class, "explain.css");
    // what ends a script element must not stand in one
    return PageFiles.text(Page.class, "explain.html")
        .replace("/*STYLE*/", style)
        .replace("/*SCRIPT*/", script)
        .replace("/*DATA*/", data.replace("<", "\\u003c"));
  }
}
