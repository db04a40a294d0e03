package jacquard.nn.text;

import java.util.List;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The machines of [Detokenizer].
final class DetokenizerMachines {
  private DetokenizerMachines() {}

  /// Changes every token alone.
  static Detokenizer.Machine each(UnaryOperator<String> change) {
    return new Detokenizer.Machine() {
      @Override
      public void next(String token, Consumer<String> out) {
        out.accept(change.apply(token));
      }

      @Override
      public void finish(Consumer<String> out) {}
    };
  }

  private static void accept(Consumer<String> out, String part) {
    if (!part.isEmpty()) {
      out.accept(part);
    }
  }

  /// Characters of [ByteAlphabet] to the text of their bytes.
  static final class Bytes implements Detokenizer.Machine {
    private final Utf8Stream text = new Utf8Stream();

    @Override
    public void next(String token, Consumer<String> out) {
      accept(out, text.next(ByteAlphabet.bytes(token)));
    }

    @Override
    public void finish(Consumer<String> out) {
      accept(out, text.finish());
    }
  }

  /// `<0xE4>` to a byte; other tokens are as they are. Bytes that are no UTF-8 become U+FFFD as in
  /// any other text.
  static final class Fallback implements Detokenizer.Machine {
    private static final Pattern BYTE = Pattern.compile("<0x([0-9A-Fa-f]{2})>");

    private final Utf8Stream text = new Utf8Stream();

    @Override
    public void next(String token, Consumer<String> out) {
      Matcher single = BYTE.matcher(token);
      if (single.matches()) {
        accept(out, text.next((byte) Integer.parseInt(single.group(1), 16)));
      } else {
        finish(out);
        out.accept(token);
      }
    }

    @Override
    public void finish(Consumer<String> out) {
      accept(out, text.finish());
    }
  }

  /// A space before each token but the first, and but those that go on a word.
  static final class Words implements Detokenizer.Machine {
    private final String prefix;
    private final boolean cleanup;
    private boolean begun;

    Words(String prefix, boolean cleanup) {
      this.prefix = prefix;
      this.cleanup = cleanup;
    }

    @Override
    public void next(String token, Consumer<String> out) {
      String part =
          !begun
              ? token
              : !prefix.isEmpty() && token.startsWith(prefix)
                  ? token.substring(prefix.length())
                  : " " + token;
      begun = true;
      out.accept(cleanup ? clean(part) : part);
    }

    /// The spaces that English has not.
    private static String clean(String part) {
      return part.replace(" .", ".")
          .replace(" ?", "?")
          .replace(" !", "!")
          .replace(" ,", ",")
          .replace(" ' ", "'")
          .replace(" n't", "n't")
          .replace(" 'm", "'m")
          .replace(" do not", " don't")
          .replace(" 's", "'s")
          .replace(" 've", "'ve")
          .replace(" 're", "'re");
    }

    @Override
    public void finish(Consumer<String> out) {
      begun = false;
    }
  }

  /// Marks to spaces, without the one that was set before the first word.
  static final class Marks implements Detokenizer.Machine {
    private final String mark;
    private final boolean marked;
    private boolean begun;

    Marks(String mark, boolean marked) {
      this.mark = mark;
      this.marked = marked;
    }

    @Override
    public void next(String token, Consumer<String> out) {
      String own =
          !begun && marked && token.startsWith(mark) ? token.substring(mark.length()) : token;
      begun = true;
      out.accept(own.replace(mark, " "));
    }

    @Override
    public void finish(Consumer<String> out) {
      begun = false;
    }
  }

  /// The mark of a word's end to a space, but at the text's end. A token waits for the next one,
  /// which says whether it is the last.
  static final class Suffixes implements Detokenizer.Machine {
    private final String suffix;
    private boolean waits;

    Suffixes(String suffix) {
      this.suffix = suffix;
    }

    @Override
    public void next(String token, Consumer<String> out) {
      boolean end = token.endsWith(suffix);
      String own = token.replace(suffix, " ");
      out.accept((waits ? " " : "") + (end ? own.substring(0, own.length() - 1) : own));
      waits = end;
    }

    @Override
    public void finish(Consumer<String> out) {
      waits = false;
    }
  }

  static String stripped(String token, String content, int start, int stop) {
    int begin = 0;
    while (begin < start * content.length() && token.startsWith(content, begin)) {
      begin += content.length();
    }
    int end = token.length();
    for (int i = 0; i < stop && end - content.length() >= begin; i++) {
      if (!token.startsWith(content, end - content.length())) {
        break;
      }
      end -= content.length();
    }
    return token.substring(begin, end);
  }

  /// Takes up to so many `content` from the front of the whole text.
  static final class Front implements Detokenizer.Machine {
    private final String content;
    private final int most;
    private int left;

    Front(String content, int most) {
      this.content = content;
      this.most = most;
      this.left = most;
    }

    @Override
    public void next(String token, Consumer<String> out) {
      String rest = stripped(token, content, left, 0);
      left = rest.isEmpty() ? left - token.length() / content.length() : 0;
      accept(out, rest);
    }

    @Override
    public void finish(Consumer<String> out) {
      left = most;
    }
  }

  /// A space between tokens.
  static final class Spaces implements Detokenizer.Machine {
    private boolean begun;

    @Override
    public void next(String token, Consumer<String> out) {
      out.accept(begun ? " " + token : token);
      begun = true;
    }

    @Override
    public void finish(Consumer<String> out) {
      begun = false;
    }
  }

  /// Each machine is given what the one before hands on.
  record Chain(List<Detokenizer.Machine> machines) implements Detokenizer.Machine {
    @Override
    public void next(String token, Consumer<String> out) {
      next(0, token, out);
    }

    private void next(int machine, String token, Consumer<String> out) {
      if (machine == machines.size()) {
        out.accept(token);
      } else {
        machines.get(machine).next(token, part -> next(machine + 1, part, out));
      }
    }

    @Override
    public void finish(Consumer<String> out) {
      for (int i = 0; i < machines.size(); i++) {
        int following = i + 1;
        machines.get(i).finish(part -> next(following, part, out));
      }
    }
  }
}
