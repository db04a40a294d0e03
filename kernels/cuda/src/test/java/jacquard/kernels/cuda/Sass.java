package jacquard.kernels.cuda;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// What the machine code in a cubin consists of. Instructions since compute capability 7.0 have 16
/// bytes and their kind in the lowest twelve bits; which kind is what, and where a branch keeps its
/// distance, was found out by compiling small kernels.
final class Sass {
  private static final int INSTRUCTION = 16;
  private static final int KIND = 0xfff;

  /// `BRA`.
  private static final int BRANCH = 0x947;

  /// `FFMA`, with the third factor in a register, a constant or the instruction.
  private static final List<Integer> MULTIPLY_ADDS = List.of(0x223, 0x423, 0x623, 0x823, 0xa23);

  /// Where a file of 64 bits has the place of its sections, their size and their number.
  private static final int SECTIONS = 0x28;

  private static final int SECTION_SIZE = 0x3a;
  private static final int SECTION_COUNT = 0x3c;

  /// Sections whose flags have this bit are code.
  private static final long EXECUTABLE = 4;

  private Sass() {}

  /// A loop's instructions, with those of loops within it.
  record Loop(int instructions, int multiplyAdds) {
    double share() {
      return (double) multiplyAdds / instructions;
    }
  }

  /// The shortest of the loops with most multiply-adds.
  static Loop busiest(byte[] cubin) {
    return loops(cubin).stream()
        .max(Comparator.comparingInt(Loop::multiplyAdds).thenComparing(l -> -l.instructions))
        .orElseThrow(() -> new AssertionError("no loop in " + cubin.length + " bytes"));
  }

  private static List<Loop> loops(byte[] cubin) {
    ByteBuffer file = ByteBuffer.wrap(cubin).order(ByteOrder.LITTLE_ENDIAN);
    List<Loop> loops = new ArrayList<>();
    int size = file.getShort(SECTION_SIZE);
    for (int i = 0; i < file.getShort(SECTION_COUNT); i++) {
      int section = Math.toIntExact(file.getLong(SECTIONS)) + i * size;
      if ((file.getLong(section + 8) & EXECUTABLE) != 0) {
        int begin = Math.toIntExact(file.getLong(section + 24));
        int length = Math.toIntExact(file.getLong(section + 32));
        loops.addAll(loopsOf(file.slice(begin, length).order(ByteOrder.LITTLE_ENDIAN)));
      }
    }
    return loops;
  }

  /// From where a branch goes back to up to the branch.
  private static List<Loop> loopsOf(ByteBuffer code) {
    List<Loop> loops = new ArrayList<>();
    for (int at = 0; at < code.capacity(); at += INSTRUCTION) {
      long word = code.getLong(at);
      if ((word & KIND) == BRANCH) {
        // 38 bits, the lowest 8 of which stand apart; in units of 4 bytes
        long distance = (word >> 34 << 8 | word >> 16 & 0xff) * 4;
        long begin = at + INSTRUCTION + distance;
        if (begin >= 0 && begin < at) {
          loops.add(loop(code, Math.toIntExact(begin), at));
        }
      }
    }
    return loops;
  }

  private static Loop loop(ByteBuffer code, int begin, int last) {
    int multiplyAdds = 0;
    for (int at = begin; at <= last; at += INSTRUCTION) {
      if (MULTIPLY_ADDS.contains((int) (code.getLong(at) & KIND))) {
        multiplyAdds++;
      }
    }
    return new Loop((last - begin) / INSTRUCTION + 1, multiplyAdds);
  }
}
