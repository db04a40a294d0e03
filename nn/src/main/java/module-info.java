/// Layers, losses, optimisers, data, checkpoints and the training loop.
module jacquard.nn {
  requires transitive jacquard.tensor;
  requires com.fasterxml.jackson.core;
  requires jacquard.autograd;
  requires java.desktop;
  requires static org.jspecify;

  exports jacquard.nn;
  exports jacquard.nn.data;
  exports jacquard.nn.hub;
  exports jacquard.nn.io;
  exports jacquard.nn.metrics;
  exports jacquard.nn.optim;
  exports jacquard.nn.text;
  exports jacquard.nn.train;
}
