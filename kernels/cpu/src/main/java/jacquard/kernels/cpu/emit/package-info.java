/// Loop kernels as bytecode: a [jacquard.kernels.Kernel] becomes a hidden class of direct Vector API calls.
///
/// The way of a kernel:
///
///     Kernel --Lowering--> Expr (typed expressions over lanes, functions expanded to polynomials)
///            --LoopPlan--> scopes (what is computed where), passes over a row, values kept between passes
///            --LoopWriter--> loops; ScalarWriter and VectorWriter print the expressions between them
///            --LoopCompiler--> LoopCode, cached by kernel
///            --LoopWarmer--> vector forms, compiled in the background; until then the scalar form runs
///
/// The same expressions are printed as scalar code and as vector code, and both add in the order of the vectors' lanes, so that they
/// give the same bits, cold or compiled.
@NullMarked
package jacquard.kernels.cpu.emit;

import org.jspecify.annotations.NullMarked;
