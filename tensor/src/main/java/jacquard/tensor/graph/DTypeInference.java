package jacquard.tensor.graph;

import jacquard.tensor.DType;
import jacquard.tensor.DTypeException;
import java.util.List;

/// The dtype of each operation's result, and what dtypes its sources may have.
final class DTypeInference {
  private DTypeInference() {}

  /// The dtype of what an operation makes.
  ///
  /// @param x the first source
  /// @throws DTypeException if the sources' dtypes don't fit it
  static DType of(Op op, String name, List<Node> sources, Node x) {
    DType result = unchecked(op, name, sources, x);
    boolean stores =
        switch (op) {
          case Op.Leaf l -> true;
          case Op.Movement m -> true;
          case Op.Where w -> true;
          case Op.Cast c -> true;
          case Op.Contraction c -> true;
          case Op.Gather g -> true;
          case Op.Marker m -> true;
          case Op.Unary u -> false;
          case Op.Binary b -> false;
          case Op.Random r -> false;
          case Op.Reduction r -> false;
          case Op.ScatterAdd s -> false;
          case Op.Fused f -> true;
        };
    for (int i = 0; i < sources.size(); i++) { // without an iterator, one for each node
      DType dtype = sources.get(i).dtype();
      if (dtype.isHalf() && !stores) {
        throw new DTypeException(
            name + ": no node computes in " + dtype + "; cast to f32, as Tensor.apply does");
      }
    }
    return result;
  }

  private static DType unchecked(Op op, String name, List<Node> sources, Node x) {
    return switch (op) {
      case Op.Leaf l -> throw new IllegalArgumentException(name);
      case Op.Unary u -> {
        if (!(x.dtype().isFloat() || (u.kind().acceptsIntegers() && x.dtype().isInteger()))) {
          throw new DTypeException(
              name
                  + ": not defined for "
                  + x.dtype()
                  + ", expected "
                  + (u.kind().acceptsIntegers() ? "a numeric dtype" : "f32 or f64; cast first"));
        }
        yield x.dtype();
      }
      case Op.Binary b -> binary(b.kind(), name, x, sources.get(1));
      case Op.Where w -> {
        require(name, "condition", x, DType.BOOL);
        equalDTypes(name, sources.get(1), sources.get(2));
        yield sources.get(1).dtype();
      }
      case Op.Cast c -> c.dtype();
      case Op.Random r -> {
        require(name, "key", x, DType.I64);
        yield DType.I32;
      }
      case Op.Reduce r -> numeric(name, x);
      case Op.ArgMax a -> {
        numeric(name, x);
        yield DType.I32;
      }
      case Op.Cumsum c -> numeric(name, x);
      case Op.ArgSort a -> {
        numeric(name, x);
        yield DType.I32;
      }
      case Op.Dot d -> {
        equalDTypes(name, x, sources.get(1));
        yield summed(numeric(name, x));
      }
      case Op.Conv c -> {
        equalDTypes(name, x, sources.get(1));
        yield summed(floats(name, x));
      }
      case Op.Gather g -> {
        index(name, sources.get(1));
        yield x.dtype();
      }
      case Op.ScatterAdd s -> {
        index(name, sources.get(1));
        equalDTypes(name, x, sources.get(2));
        yield numeric(name, x);
      }
      case Op.DynamicSlice d -> {
        require(name, "start", sources.get(1), DType.I32);
        yield x.dtype();
      }
      case Op.DynamicUpdate d -> {
        equalDTypes(name, x, sources.get(1));
        require(name, "start", sources.get(2), DType.I32);
        yield x.dtype();
      }
      case Op.Concat c -> {
        for (Node source : sources) {
          equalDTypes(name, x, source);
        }
        yield x.dtype();
      }
      case Op.Attention a -> {
        equalDTypes(name, x, sources.get(1));
        equalDTypes(name, x, sources.get(2));
        yield summed(floats(name, x));
      }
      case Op.AttentionLogSum a -> {
        equalDTypes(name, x, sources.get(1));
        yield attended(name, "y", x, sources.get(2));
      }
      case Op.AttentionGradient a -> {
        for (int operand : new int[] {1, 2, 5}) {
          equalDTypes(name, x, sources.get(operand));
        }
        attended(name, "y", x, sources.get(3));
        yield attended(name, "logSum", x, sources.get(4));
      }
      case Op.Reshape r -> x.dtype();
      case Op.Permute p -> x.dtype();
      case Op.Expand e -> x.dtype();
      case Op.Pad p -> x.dtype();
      case Op.Slice s -> x.dtype();
      case Op.Flip f -> x.dtype();
      case Op.Detach d -> x.dtype();
      case Op.After a -> x.dtype();
      case Op.Recompute r -> x.dtype();
    };
  }

  /// The dtype in which products of elements are added.
  private static DType summed(DType dtype) {
    return dtype.isHalf() ? DType.F32 : dtype;
  }

  /// The dtype of what an attention of `q` gave.
  private static DType attended(String name, String what, Node q, Node given) {
    DType dtype = summed(floats(name, q));
    require(name, what, given, dtype);
    return dtype;
  }

  private static DType floats(String name, Node x) {
    if (!x.dtype().isFloat()) {
      throw new DTypeException(name + ": not defined for " + x.dtype() + ", expected f32 or f64");
    }
    return x.dtype();
  }

  private static DType numeric(String name, Node x) {
    if (x.dtype() == DType.BOOL) {
      throw new DTypeException(
          name + ": not defined for bool, expected a numeric dtype; cast first");
    }
    return x.dtype();
  }

  private static DType binary(BinaryKind kind, String name, Node x, Node y) {
    equalDTypes(name, x, y);
    DType dtype = x.dtype();
    boolean fits =
        switch (kind) {
          case ADD, SUB, MUL, DIV, MAX, MIN, MOD, LT -> dtype != DType.BOOL;
          case POW -> dtype.isFloat();
          case EQ -> true;
          case AND, OR, XOR -> !dtype.isFloat();
          case SHL, SHR -> dtype.isInteger();
        };
    if (!fits) {
      throw new DTypeException(
          name
              + ": not defined for "
              + dtype
              + (kind == BinaryKind.POW ? ", expected f32 or f64" : "")
              + "; cast first");
    }
    return kind.isComparison() ? DType.BOOL : dtype;
  }

  private static void equalDTypes(String name, Node a, Node b) {
    if (a.dtype() != b.dtype()) {
      throw new DTypeException(
          name
              + ": dtypes "
              + a.dtype()
              + " and "
              + b.dtype()
              + ", expected equal; cast one of them");
    }
  }

  private static void require(String name, String what, Node x, DType dtype) {
    if (x.dtype() != dtype) {
      throw new DTypeException(
          name + ": " + what + " is " + x.dtype() + ", expected " + dtype + "; cast it");
    }
  }

  private static void index(String name, Node index) {
    if (index.dtype() != DType.I32 && index.dtype() != DType.I64) {
      throw new DTypeException(
          name + ": index is " + index.dtype() + ", expected i32 or i64; cast it");
    }
  }
}
