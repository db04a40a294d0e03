/// From a graph to a run: canonicalise, partition, loop kernels, memory plan, plan, caches, profile.
///
/// ```
/// Schedule  ::= Task* MemoryPlan
/// Task      ::= Loop(Kernel, Operand*) | Dot | Convolution | Gather | ScatterAdd | Cumsum | ArgMax | ArgSort
///             | DynamicSlice | DynamicUpdate
/// Operand   ::= Value View
/// Kernel    ::= axes (outer* reduced* inner) Access* Instr*
/// Instr     ::= Constant | Dynamic | DynamicWord | Load | LoadWord | Index | Random | Unary | Binary | Where | Cast
///             | Reduce | Store
/// ```
@NullMarked
package jacquard.kernels;

import org.jspecify.annotations.NullMarked;
