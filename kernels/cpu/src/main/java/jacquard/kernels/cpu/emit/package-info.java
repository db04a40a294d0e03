/// Loop kernels as bytecode: a [jacquard.kernels.Kernel] becomes a hidden class of direct Vector API calls.
///
/// The way of a kernel:
///
///     Kernel --Lowering--> Expr (typed expressions over lanes, functions expanded to polynomials)
///            --LoopPlan--> scopes (what is computed where), passes over a row, values kept between passes
///            --LoopWriter--> loops; ScalarWriter and VectorWriter print the expressions between them
///            --LoopCompiler--> LoopCode, cached by kernel
///
/// The same expressions are printed as scalar code (values that are the same along the inner axis) and as vector code, so that both
/// give the same bits, at every vector width, cold or compiled.
@NullMarked
package jacquard.kernels.cpu.emit;

import org.jspecify.annotations.NullMarked;
