/// Gradients as graphs: rules, sweeps, recomputation and the check against central differences.
module jacquard.autograd {
  requires transitive jacquard.tensor;
  requires static org.jspecify;

  exports jacquard.autograd;
}
