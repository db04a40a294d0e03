/// From a graph to a run: canonicalise, partition, loop kernels, memory plan, plan, caches,
/// profile.
///
/// ```
/// Schedule  ::= Task* MemoryPlan
/// Task      ::= Loop(Kernel, Launch, value*) | Dot(value View, value View, value, Loop?) | Conv | Gather | ScatterAdd
///             | Scan(cumsum, argmax or argsort) | Dynamic(slice or update)
///             | Attention(value View * 3, value, value?) | AttentionGradient(value View * 6, value)
/// Value     ::= Arena(offset) | External(slot)
/// Kernel    ::= axes (outer* reduced* inner) Access* Instr*
/// Instr     ::= Constant | Dynamic | DynamicWord | Load | LoadWord | Index | Random | Unary | Binary | Where | Cast
///             | Reduce | Store
/// ```
@NullMarked
package jacquard.kernels;

import org.jspecify.annotations.NullMarked;
