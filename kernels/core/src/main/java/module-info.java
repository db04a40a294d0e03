/// From graph to run: schedule, fused kernels, memory plan, caches and profile.
module jacquard.kernels {
  requires transitive jacquard.tensor;
  requires static org.jspecify;

  exports jacquard.kernels;
}
