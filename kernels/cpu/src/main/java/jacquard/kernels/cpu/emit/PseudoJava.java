package jacquard.kernels.cpu.emit;

import java.lang.classfile.ClassFile;
import java.lang.classfile.CodeElement;
import java.lang.classfile.Label;
import java.lang.classfile.Opcode;
import java.lang.classfile.TypeKind;
import java.lang.classfile.instruction.ArrayLoadInstruction;
import java.lang.classfile.instruction.ArrayStoreInstruction;
import java.lang.classfile.instruction.BranchInstruction;
import java.lang.classfile.instruction.ConstantInstruction;
import java.lang.classfile.instruction.ConvertInstruction;
import java.lang.classfile.instruction.FieldInstruction;
import java.lang.classfile.instruction.IncrementInstruction;
import java.lang.classfile.instruction.InvokeInstruction;
import java.lang.classfile.instruction.LabelTarget;
import java.lang.classfile.instruction.LoadInstruction;
import java.lang.classfile.instruction.NewPrimitiveArrayInstruction;
import java.lang.classfile.instruction.OperatorInstruction;
import java.lang.classfile.instruction.ReturnInstruction;
import java.lang.classfile.instruction.StackInstruction;
import java.lang.classfile.instruction.StoreInstruction;
import java.lang.classfile.instruction.TypeCheckInstruction;
import java.lang.constant.ClassDesc;
import java.lang.constant.ConstantDesc;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/// A generated method as text that reads like Java: expressions instead of a stack, loops instead
/// of jumps.
///
/// Locals are named by type and number: `i9`, `f12`, `v14` for a vector, `m3` for a mask. Where
/// control flow is neither a loop nor a branch, `goto` stays.
public final class PseudoJava {
  private static final Pattern WORD = Pattern.compile("\\w+");

  private final List<String> parameters;
  private final List<Statement> statements = new ArrayList<>();
  private final List<Value> stack = new ArrayList<>();
  private final Map<Label, Integer> depths = new HashMap<>();
  private final Map<Label, String> labels = new HashMap<>();
  private final Set<String> declared = new HashSet<>();
  private final Map<Integer, Value> locals = new HashMap<>();
  private int temporaries;
  private boolean reachable = true;

  /// Something on the stack, not computed yet.
  ///
  /// @param simple whether it needs no brackets
  private record Value(String text, String type, boolean simple) {
    String operand() {
      return simple ? text : "(" + text + ")";
    }
  }

  private PseudoJava(List<String> parameters) {
    this.parameters = parameters;
  }

  /// Reads a method of a class.
  ///
  /// @param bytes of a class file
  /// @param method its name; the class has one of it
  /// @param parameters names of the arguments, `this` first unless the method is static
  /// @return the text, one statement a line
  public static String of(byte[] bytes, String method, List<String> parameters) {
    PseudoJava text = new PseudoJava(parameters);
    ClassFile.of().parse(bytes).methods().stream()
        .filter(m -> m.methodName().equalsString(method))
        .flatMap(m -> m.code().stream())
        .flatMap(code -> code.elementStream())
        .forEach(text::element);
    return method
        + "("
        + String.join(", ", parameters.stream().filter(p -> !p.equals("this")).toList())
        + ") {\n"
        + Statement.text(text.statements, "  ")
        + "}\n";
  }

  private void element(CodeElement element) {
    if (element instanceof LabelTarget target) {
      label(target.label());
      return;
    }
    switch (element) {
      case LoadInstruction load -> push(local(load.slot(), load.typeKind()));
      case StoreInstruction store -> store(store.slot(), pop());
      case ConstantInstruction constant -> push(constant(constant.constantValue()));
      case OperatorInstruction operator -> operator(operator);
      case ConvertInstruction convert -> convert(convert.toType());
      case ArrayLoadInstruction load -> {
        Value index = pop();
        Value array = pop();
        String type = array.type.endsWith("[]") ? array.type.replaceFirst("\\[]$", "") : "Object";
        push(new Value(array.operand() + "[" + index.text + "]", type, true));
      }
      case ArrayStoreInstruction store -> {
        Value value = pop();
        Value index = pop();
        Value array = pop();
        say(array.operand() + "[" + index.text + "] = " + value.text);
      }
      case InvokeInstruction invoke -> invoke(invoke);
      case FieldInstruction field -> {
        String owner =
            field.opcode() == Opcode.GETSTATIC ? name(field.owner().asSymbol()) : pop().operand();
        push(new Value(owner + "." + field.name().stringValue(), name(field.typeSymbol()), true));
      }
      case IncrementInstruction increment -> {
        Value variable = local(increment.slot(), TypeKind.INT);
        spill(variable.text);
        int by = increment.constant();
        say(variable.text + (by == 1 ? "++" : by < 0 ? " -= " + -by : " += " + by));
      }
      case NewPrimitiveArrayInstruction made -> {
        String type = made.typeKind().name().toLowerCase(java.util.Locale.ROOT);
        push(new Value("new " + type + "[" + pop().text + "]", type + "[]", true));
      }
      case TypeCheckInstruction check -> {
        Value value = pop();
        String type = name(check.type().asSymbol());
        push(new Value("(" + type + ") " + value.operand(), type, false));
      }
      case StackInstruction moved -> moved(moved);
      case BranchInstruction branch -> branch(branch);
      case ReturnInstruction end -> {
        say(end.typeKind() == TypeKind.VOID ? "return" : "return " + pop().text);
        reachable = false;
      }
      default -> other(element);
    }
  }

  /// Line numbers and the like say nothing; an instruction that no emitter writes is named.
  private void other(CodeElement element) {
    if (element instanceof java.lang.classfile.Instruction instruction) {
      say("/* " + instruction.opcode().name().toLowerCase(java.util.Locale.ROOT) + " */");
    }
  }

  private void push(Value value) {
    stack.add(value);
  }

  private Value pop() {
    return stack.isEmpty() ? new Value("?", "?", true) : stack.removeLast();
  }

  private void say(String line) {
    // what was read before this must have been read before it
    for (int i = 0; i < stack.size(); i++) {
      if (!WORD.matcher(stack.get(i).text).matches() && stack.get(i).text.contains("[")) {
        keep(i);
      }
    }
    statements.add(new Statement.Line(line));
  }

  /// Gives a value on the stack a name of its own.
  private void keep(int index) {
    Value value = stack.get(index);
    String name = "t" + temporaries++;
    statements.add(new Statement.Line(value.type + " " + name + " = " + value.text));
    stack.set(index, new Value(name, value.type, true));
  }

  /// Before a variable changes, whatever on the stack reads it is computed.
  private void spill(String variable) {
    Pattern word = Pattern.compile("\\b" + variable + "\\b");
    for (int i = 0; i < stack.size(); i++) {
      if (word.matcher(stack.get(i).text).find()) {
        keep(i);
      }
    }
  }

  private Value local(int slot, TypeKind kind) {
    if (slot < parameters.size()) {
      String type =
          switch (parameters.get(slot)) {
            case "arrays" -> "Object[]";
            case "args" -> "int[]";
            case "scalars" -> "long[]";
            case "scratch" -> "LoopScratch";
            case String other -> kind == TypeKind.INT ? "int" : "Object";
          };
      return new Value(parameters.get(slot), type, true);
    }
    Value known = locals.get(slot);
    return known != null ? known : new Value(letter(kind, "Object") + slot, "Object", true);
  }

  private void store(int slot, Value value) {
    boolean parameter = slot < parameters.size();
    String name = parameter ? parameters.get(slot) : letter(value.type) + slot;
    if (value.text.equals(name)) {
      return;
    }
    Value variable = new Value(name, value.type, true);
    locals.put(slot, variable);
    spill(variable.text);
    boolean first = !parameter && declared.add(variable.text);
    say((first ? variable.type + " " : "") + variable.text + " = " + value.text);
  }

  private static String letter(TypeKind kind, String type) {
    return switch (kind) {
      case INT, BOOLEAN, BYTE, CHAR, SHORT -> "i";
      case LONG -> "l";
      case FLOAT -> "f";
      case DOUBLE -> "d";
      case REFERENCE, VOID -> letter(type);
    };
  }

  private static String letter(String type) {
    return switch (type) {
      case "int", "boolean", "byte", "char", "short" -> "i";
      case "long" -> "l";
      case "float" -> "f";
      case "double" -> "d";
      case String other when other.endsWith("[]") -> "a";
      case String other when other.endsWith("Mask") -> "m";
      case String other when other.endsWith("Vector") -> "v";
      default -> "o";
    };
  }

  private static Value constant(ConstantDesc value) {
    return switch (value) {
      case Float f -> new Value(f + "f", "float", f >= 0);
      case Double d -> new Value(d.toString(), "double", d >= 0);
      case Long l -> new Value(l + "L", "long", l >= 0);
      case Integer i -> new Value(i.toString(), "int", i >= 0);
      case String s -> new Value("\"" + s + "\"", "String", true);
      default -> new Value(value.toString(), "Object", true);
    };
  }

  private void operator(OperatorInstruction instruction) {
    String name = instruction.opcode().name();
    String type = instruction.typeKind().name().toLowerCase(java.util.Locale.ROOT);
    String sign =
        switch (name.substring(1)) {
          case "ADD" -> "+";
          case "SUB" -> "-";
          case "MUL" -> "*";
          case "DIV" -> "/";
          case "REM" -> "%";
          case "SHL" -> "<<";
          case "SHR" -> ">>";
          case "USHR" -> ">>>";
          case "AND" -> "&";
          case "OR" -> "|";
          case "XOR" -> "^";
          default -> "";
        };
    if (!sign.isEmpty()) {
      Value right = pop();
      Value left = pop();
      push(new Value(left.operand() + " " + sign + " " + right.operand(), type, false));
    } else if (name.equals("ARRAYLENGTH")) {
      push(new Value(pop().operand() + ".length", "int", true));
    } else if (name.endsWith("NEG")) {
      push(new Value("-" + pop().operand(), type, false));
    } else { // LCMP, FCMPL, ...: -1, 0 or 1
      Value right = pop();
      Value left = pop();
      push(new Value(left.operand() + " <=> " + right.operand(), "int", false));
    }
  }

  private void convert(TypeKind to) {
    String type = to.name().toLowerCase(java.util.Locale.ROOT);
    push(new Value("(" + type + ") " + pop().operand(), type, false));
  }

  private void invoke(InvokeInstruction invoke) {
    List<String> arguments = new ArrayList<>();
    for (int i = 0; i < invoke.typeSymbol().parameterCount(); i++) {
      arguments.addFirst(pop().text);
    }
    String on =
        invoke.opcode() == Opcode.INVOKESTATIC ? name(invoke.owner().asSymbol()) : pop().operand();
    String call = on + "." + invoke.name().stringValue() + "(" + String.join(", ", arguments) + ")";
    String type = name(invoke.typeSymbol().returnType());
    if (type.equals("void")) {
      say(call);
    } else {
      push(new Value(call, type, true));
    }
  }

  private void moved(StackInstruction instruction) {
    switch (instruction.opcode()) {
      case POP, POP2 -> { // of what is emitted, 2 are a long or a double
        Value value = pop();
        if (value.text.endsWith(")") || value.text.endsWith("]")) {
          say(value.text);
        }
      }
      case DUP -> {
        if (!stack.isEmpty() && !WORD.matcher(stack.getLast().text).matches()) {
          keep(stack.size() - 1);
        }
        push(stack.isEmpty() ? pop() : stack.getLast());
      }
      default -> other(instruction);
    }
  }

  private void branch(BranchInstruction branch) {
    String name = branch.opcode().name();
    if (branch.opcode() == Opcode.GOTO || branch.opcode() == Opcode.GOTO_W) {
      leave(branch.target());
      statements.add(new Statement.Goto(nameOf(branch.target())));
      reachable = false;
      return;
    }
    boolean two = name.startsWith("IF_");
    Value right = two ? pop() : new Value(name.endsWith("NULL") ? "null" : "0", "int", true);
    Value left = pop();
    String how = name.substring(name.length() - 2);
    if (!two && left.text.contains(" <=> ")) { // a comparison of floats or longs, then a test
      String[] sides = left.text.split(" <=> ", 2);
      left = new Value(sides[0], "int", true);
      right = new Value(sides[1], "int", true);
    }
    Statement.Test test = new Statement.Test(left.operand(), how, right.operand());
    leave(branch.target());
    statements.add(new Statement.Branch(test, nameOf(branch.target())));
  }

  /// What is on the stack where paths meet has a name that all of them use.
  private void leave(Label target) {
    for (int i = 0; i < stack.size(); i++) {
      String name = "s" + i;
      if (!stack.get(i).text.equals(name)) {
        statements.add(new Statement.Line(name + " = " + stack.get(i).text));
        stack.set(i, new Value(name, stack.get(i).type, true));
      }
    }
    depths.put(target, stack.size());
  }

  private void label(Label label) {
    if (reachable && !stack.isEmpty()) {
      leave(label);
    }
    int depth = depths.getOrDefault(label, reachable ? stack.size() : 0);
    while (stack.size() > depth) {
      pop();
    }
    while (stack.size() < depth) {
      push(new Value("s" + stack.size(), "Object", true));
    }
    reachable = true;
    statements.add(new Statement.Mark(nameOf(label)));
  }

  private String nameOf(Label label) {
    return labels.computeIfAbsent(label, l -> "L" + labels.size());
  }

  /// `FloatVector`, `int[]`: without packages.
  private static String name(ClassDesc type) {
    return type.displayName();
  }
}
