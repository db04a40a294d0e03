/// The CPU back end: kernels generated as bytecode over the Vector API.
module jacquard.kernels.cpu {
  requires transitive jacquard.kernels;
  requires jdk.incubator.vector;
  requires jdk.management;
  requires static org.jspecify;

  exports jacquard.kernels.cpu;
  exports jacquard.kernels.cpu.ceiling;

  provides jacquard.tensor.spi.BackendProvider with
      jacquard.kernels.cpu.CpuProvider;
}
