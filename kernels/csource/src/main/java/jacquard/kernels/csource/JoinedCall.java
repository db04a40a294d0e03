package jacquard.kernels.csource;

import jacquard.tensor.Ints;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Several calls of a loop in OpenCL C as one.
///
/// Buffers are arguments there, so that the kernel of several calls has the buffers of each, and a
/// text of its own: where the kernel of one call has its buffers, that of several chooses.
final class JoinedCall {
  /// Calls of a launch, at most: arguments may take 1,024 bytes on every device.
  private static final int MOST_CALLS = 32;

  private static final int MOST_BUFFERS = 120;

  private static final Pattern ARGUMENTS =
      Pattern.compile("(, __global \\w+\\* m\\d+)+(?=\\) \\{)");
  private static final Pattern ARGUMENT = Pattern.compile("(, __global \\w+\\*) m(\\d+)");
  private static final Pattern BUFFER = Pattern.compile("(__global \\w+\\* b(\\d+) =) m\\d+");

  private JoinedCall() {}

  /// Whether calls may be one: those of an optimiser, of clipping and of roundings.
  static boolean joins(Call call) {
    return call.entry().startsWith(Loops.KIND) && most(call) > 1;
  }

  /// How many calls may be one, at most.
  static int most(Call call) {
    return Math.min(MOST_CALLS, MOST_BUFFERS / Math.max(1, call.values().size()));
  }

  /// Kernels are for 2, 4, 8, ... calls, so that there are few of them.
  ///
  /// @param calls of the same kernel, at least 2 and as many as may be one
  static Call of(List<Call> calls) {
    Call first = calls.getFirst();
    int places = Math.min(most(first), 2 * Integer.highestOneBit(calls.size() - 1));
    String entry = first.entry() + "_x" + places;
    List<Integer> values = new ArrayList<>();
    int groups = 0;
    int arena = 0;
    for (int i = 0; i < places; i++) {
      // what is left over has the buffers of the last
      Call call = calls.get(Math.min(i, calls.size() - 1));
      values.addAll(call.values());
      groups += i < calls.size() ? call.groups() : 0;
      arena = Math.max(arena, call.arenaElements());
    }
    return new Call(
        text(first, entry, places),
        entry,
        values,
        Ints.of(),
        groups,
        first.groupSize(),
        first.localBytes(),
        first.dynamicBytes(),
        arena);
  }

  /// The kernel of several calls: `at` is where their table begins.
  private static String text(Call call, String entry, int places) {
    String text =
        call.text()
            .replace(call.entry() + "(", entry + "(")
            .replace(Dialect.OPENCL.group(), "group")
            .replace(Dialect.OPENCL.groups(), "groups")
            .replace(
                "  p += at;\n",
                """
                  i32 group = %s, groups = %s;
                  const i32 mine = own_number(p + at, group);
                  at = own_call(p + at, &group, &groups);
                  p += at;
                """
                    .formatted(Dialect.OPENCL.group(), Dialect.OPENCL.groups()));
    text =
        ARGUMENTS
            .matcher(text)
            .replaceFirst(all -> {
              StringBuilder arguments = new StringBuilder();
              for (int i = 0; i < places; i++) {
                arguments.append(ARGUMENT.matcher(all.group()).replaceAll("$1 m$2_" + i));
              }
              return Matcher.quoteReplacement(arguments.toString());
            });
    return BUFFER
        .matcher(text)
        .replaceAll(b -> b.group(1) + " " + chosen("m" + b.group(2) + "_", 0, places));
  }

  /// The buffer of call `mine`, which is one of these.
  private static String chosen(String buffer, int from, int to) {
    if (to - from == 1) {
      return buffer + from;
    }
    int middle = (from + to) / 2;
    return "(mine < "
        + middle
        + " ? "
        + chosen(buffer, from, middle)
        + " : "
        + chosen(buffer, middle, to)
        + ")";
  }
}
