package jacquard.kernels.cpu.emit;

import static java.lang.constant.ConstantDescs.CD_float;
import static java.lang.constant.ConstantDescs.CD_int;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.kernels.cpu.machine.VectorWidth;
import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeBuilder;
import java.lang.classfile.Label;
import java.lang.constant.ClassDesc;
import java.lang.constant.MethodTypeDesc;
import java.util.List;
import java.util.function.Consumer;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class PseudoJavaTest {

  private static String text(Consumer<CodeBuilder> body) {
    byte[] bytes =
        ClassFile.of()
            .build(
                ClassDesc.of("Made"),
                type ->
                    type.withMethodBody(
                        "run", MethodTypeDesc.of(CD_float, CD_float.arrayType(), CD_int), 0, body));
    return PseudoJava.of(bytes, "run", List.of("this", "x", "n"));
  }

  @Test
  void aLoopThatTestsFirstIsAWhile() {
    String text =
        text(c -> {
          Label top = c.newLabel();
          Label done = c.newLabel();
          c.fconst_0().fstore(3).iconst_0().istore(4);
          c.labelBinding(top).iload(4).iload(2).if_icmpge(done);
          c.fload(3).aload(1).iload(4).faload().fadd().fstore(3).iinc(4, 1).goto_(top);
          c.labelBinding(done).fload(3).freturn();
        });
    assertEquals(
        """
        run(x, n) {
          float f3 = 0.0f;
          int i4 = 0;
          while (i4 < n) {
            f3 = f3 + x[i4];
            i4++;
          }
          return f3;
        }
        """,
        text);
  }

  @Test
  void aTestWithTwoSidesIsAnIfWithAnElse() {
    String text =
        text(c -> {
          Label otherwise = c.newLabel();
          Label after = c.newLabel();
          c.iload(2).ifle(otherwise).fconst_1().fstore(3).goto_(after);
          c.labelBinding(otherwise).fconst_2().fstore(3);
          c.labelBinding(after).fload(3).freturn();
        });
    assertEquals(
        """
        run(x, n) {
          if (n > 0) {
            float f3 = 1.0f;
          } else {
            f3 = 2.0f;
          }
          return f3;
        }
        """,
        text);
  }

  @Test
  void aVariableIsReadBeforeItChanges() {
    String text =
        text(c ->
            c.iload(2).iinc(2, 1).iload(2).iadd().istore(3).aload(1).iload(3).faload().freturn());
    assertEquals(
        """
        run(x, n) {
          int t0 = n;
          n++;
          int i3 = t0 + n;
          return x[i3];
        }
        """,
        text);
  }

  @Test
  void aParameterThatChangesKeepsItsName() {
    String text =
        text(c -> {
          c.iload(2).istore(2).iload(2).iconst_3().imul().istore(2);
          c.aload(1).iload(2).faload().pop().aload(1).iload(2).faload().freturn();
        });
    assertEquals(
        """
        run(x, n) {
          n = n * 3;
          x[n];
          return x[n];
        }
        """,
        text);
  }

  @Test
  void whatIsNoLoopAndNoBranchStaysAJump() {
    String text =
        text(c -> {
          Label middle = c.newLabel();
          Label top = c.newLabel();
          c.goto_(middle).labelBinding(top).iinc(2, -1).labelBinding(middle);
          c.iload(2).iconst_5().if_icmpgt(top).fconst_0().freturn();
        });
    assertTrue(text.contains("goto L"), text);
    assertTrue(text.contains("n -= 1;"), text);
  }

  /// Every kernel that can be generated can be shown: no instruction without a text, no value that
  /// came from nowhere, and braces that close.
  @Property(tries = 200, seed = "8")
  void everyKernelCanBeRead(@ForAll long seed) {
    LoopCompiler compiler = new LoopCompiler(VectorWidth.preferred());
    String text = compiler.compile(new RandomKernel(seed, 40, true).kernel()).listing();
    assertTrue(text.startsWith("run(arrays, args, scalars, "), text);
    assertFalse(text.contains("/*"), text);
    assertFalse(text.matches("(?s).*[( ]\\?[,;) .].*"), text);
    int depth = 0;
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      depth += c == '{' ? 1 : c == '}' ? -1 : 0;
      assertTrue(depth >= 0, text);
    }
    assertEquals(0, depth, text);
    assertTrue(text.lines().allMatch(line -> line.matches(".*[;{}]|L\\d+:")), text);
  }
}
