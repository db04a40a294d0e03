package jacquard.examples;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.List;

/// The words after an example's name.
///
/// @param usage the example's name and what its words are, optional ones in brackets: `LittleLlama
///   [STEPS [FOLDER]]`
record Arguments(String usage, List<String> words) {

  /// What an example does.
  interface Program {
    void run(Arguments arguments) throws IOException;
  }

  /// Words that the example can't follow.
  private static final class WrongUseException extends RuntimeException {
    private static final long serialVersionUID = 1;

    WrongUseException(String message) {
      super(message);
    }
  }

  /// Runs a program, and ends the process unless all went well.
  static void run(String usage, String[] words, Program program) {
    int exit = exit(usage, words, program, System.err);
    if (exit != 0) {
      System.exit(exit);
    }
  }

  /// Runs a program. What it refuses, or can't read or write, is one line on `err` and the exit
  /// code 2.
  static int exit(String usage, String[] words, Program program, PrintStream err) {
    Arguments arguments = new Arguments(usage, List.of(words));
    try {
      int most = usage.split(" ").length - 1;
      if (words.length > most) {
        throw arguments.wrong(words.length + " words, expected at most " + most);
      }
      program.run(arguments);
      return 0;
    } catch (WrongUseException | IOException e) {
      err.println(usage.split(" ")[0] + ": " + e.getMessage());
      return 2;
    }
  }

  /// Word `index` as a number of 1 or more; `otherwise` if it isn't there.
  int count(int index, int otherwise) {
    if (index >= words.size()) {
      return otherwise;
    }
    try {
      int count = Integer.parseInt(words.get(index));
      if (count >= 1) {
        return count;
      }
    } catch (NumberFormatException e) {
      // said below
    }
    throw wrong("'" + words.get(index) + "', expected a number from 1 to " + Integer.MAX_VALUE);
  }

  boolean has(int index) {
    return index < words.size();
  }

  /// Word `index`, which must be there, as a path.
  Path path(int index) {
    if (!has(index)) {
      throw wrong(words.size() + " words, expected more");
    }
    try {
      return Path.of(words.get(index));
    } catch (InvalidPathException e) {
      throw wrong("'" + words.get(index) + "', expected a path");
    }
  }

  private WrongUseException wrong(String what) {
    return new WrongUseException(what + "; usage: " + usage);
  }
}
