/// Kernels as C text, for devices that compile C.
module jacquard.kernels.csource {
  requires transitive jacquard.kernels;
  requires static org.jspecify;

  exports jacquard.kernels.csource;
}
