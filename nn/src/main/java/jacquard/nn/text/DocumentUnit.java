package jacquard.nn.text;

import jacquard.nn.text.TextFiles.Document;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// What of a file is a document.
public enum DocumentUnit {
  /// All of it, or in JSON one text.
  FILE,
  /// What stands between empty lines.
  PARAGRAPH,
  /// A line; empty ones are none.
  LINE;

  private static final Pattern EMPTY_LINES = Pattern.compile("\\R[ \\t]*(?:\\R[ \\t]*)*\\R");
  private static final Pattern LINE_END = Pattern.compile("\\R");

  /// The documents cut into smaller ones; those that hold spaces only are left out.
  ///
  /// @param documents texts, in order
  /// @return the documents, in order
  public List<Document> cut(List<Document> documents) {
    Pattern between =
        switch (this) {
          case FILE -> null;
          case PARAGRAPH -> EMPTY_LINES;
          case LINE -> LINE_END;
        };
    if (between == null) {
      return documents;
    }
    List<Document> cut = new ArrayList<>();
    for (Document document : documents) {
      for (String part : between.split(document.text())) {
        if (!part.isBlank()) {
          cut.add(new Document(document.path(), part));
        }
      }
    }
    return cut;
  }
}
