/// Tensors, shapes, the graph, the reference evaluator and what a back end must provide.
module jacquard.tensor {
  requires static org.jspecify;

  exports jacquard.tensor;
  exports jacquard.tensor.graph;
  exports jacquard.tensor.reference;
  exports jacquard.tensor.spi;

  uses jacquard.tensor.spi.BackendProvider;

  provides jacquard.tensor.spi.BackendProvider with
      jacquard.tensor.reference.ReferenceProvider;
}
