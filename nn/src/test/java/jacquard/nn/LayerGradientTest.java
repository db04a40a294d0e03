package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.autograd.GradientCheck;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Tensor;
import java.io.IOException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.net.URISyntaxException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BiFunction;
import java.util.function.Function;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Gradients of every layer and loss by input and parameters, against central differences in f64,
/// to second order.
class LayerGradientTest {
  private static final long SEED = 11;

  /// A module, and how it is called.
  private record Row(
      String name,
      Module module,
      boolean training,
      BiFunction<Tensor[], Pass, Tensor> forward,
      Tensor... inputs) {

    /// Checks by the inputs and all parameters.
    DynamicTest test() {
      return DynamicTest.dynamicTest(name, this::check);
    }

    private void check() {
      List<Parameter> parameters = module.parameters();
      List<Tensor> all = new ArrayList<>(List.of(inputs));
      for (Parameter parameter : parameters) {
        all.add(Reference.f64(Reference.values(parameter), parameter.shape().toArray()));
      }
      Function<Tensor[], Tensor> f =
          t -> {
            Pass pass = training ? Pass.training(Reference.key(SEED)) : Pass.evaluation();
            for (int i = 0; i < parameters.size(); i++) {
              pass.assume(parameters.get(i), t[inputs.length + i]);
            }
            return forward.apply(t, pass);
          };
      GradientCheck.standard().withTolerance(1e-7).run(f, all.toArray(Tensor[]::new)).orThrow();
    }
  }

  private static Row layer(String name, Layer layer, boolean training, int... dims) {
    return new Row(
        name,
        layer,
        training,
        (t, pass) -> layer.forward(t[0], pass),
        Reference.random(SEED, dims));
  }

  /// A layer of indices, whose result is linear in its table.
  private static Row indexed(String name, Layer layer, Tensor index) {
    return new Row(name, layer, false, (t, pass) -> layer.forward(index, pass).square());
  }

  private static Row loss(String name, Function<Tensor[], Tensor> f, Tensor... inputs) {
    return new Row(name, Parts::none, false, (t, pass) -> f.apply(t), inputs);
  }

  @TestFactory
  Stream<DynamicTest> layersToSecondOrder() {
    return layers().map(Row::test);
  }

  @TestFactory
  Stream<DynamicTest> activationsToSecondOrder() {
    return activations().map(Row::test);
  }

  @TestFactory
  Stream<DynamicTest> lossesToSecondOrder() {
    return losses().map(Row::test);
  }

  /// Every class of the package that is a layer stands in a row of its own or in a [Sequential]'s.
  @Test
  void noLayerIsLeftOut() throws IOException, URISyntaxException, ClassNotFoundException {
    Set<String> checked = new TreeSet<>();
    Stream.concat(layers(), activations()).forEach(row -> collect(row.module, checked));
    Set<String> all = new TreeSet<>();
    Path classes = Path.of(Layer.class.getResource("Layer.class").toURI()).getParent();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(classes, "*.class")) {
      for (Path file : files) {
        String name = file.getFileName().toString().replace(".class", "");
        Class<?> type = Class.forName("jacquard.nn." + name);
        if (Layer.class.isAssignableFrom(type) && type != Layer.class) {
          all.add(type.getSimpleName());
        }
      }
    }
    assertTrue(all.contains("Conv2d"), all::toString);
    assertEquals(all, checked);
  }

  private static void collect(Part part, Set<String> found) {
    if (part instanceof Module module) {
      found.add(module.getClass().getSimpleName());
      if (module instanceof Sequential || module instanceof Residual || module instanceof Linear) {
        module.parts().list().forEach(inner -> collect(inner, found));
      }
    }
  }

  @Test
  void noLossIsLeftOut() {
    Set<String> checked = new TreeSet<>();
    losses().forEach(row -> checked.add(row.name.split(" ")[0]));
    Set<String> all = new TreeSet<>();
    for (Method method : Loss.class.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers())) {
        all.add(method.getName());
      }
    }
    assertEquals(all, checked);
  }

  private static Stream<Row> layers() {
    Init init = Reference.init(SEED);
    Initialiser wide = Initialiser.normal(0.4);
    Tensor index = Reference.i32(new int[] {2, 0, 2}, 3);
    return Stream.of(
        layer("linear", Linear.of(init.at("linear"), 3, 2), false, 2, 2, 3),
        layer("layerNorm", LayerNorm.of(init.at("ln"), 4), false, 2, 4),
        layer("rmsNorm", RmsNorm.of(init.at("rms"), 4), false, 2, 4),
        layer("batchNorm 1d training", BatchNorm.of(init.at("bn1"), 2, wide), true, 3, 2),
        layer("batchNorm 2d training", BatchNorm.of(init.at("bn2"), 2, wide), true, 2, 2, 2, 1),
        layer("batchNorm evaluation", BatchNorm.of(init.at("bn3"), 2), false, 2, 2),
        layer("groupNorm", GroupNorm.of(init.at("group"), 4, 2), false, 2, 4, 3),
        layer(
            "spectralNorm of linear",
            SpectralNorm.of(init.at("sn1"), Linear.of(init.at("sn1"), 3, 2, wide, wide)),
            false,
            2,
            3),
        layer(
            "spectralNorm of conv2d",
            SpectralNorm.of(init.at("sn2"), Conv2d.of(init.at("sn2"), 1, 2, 2, 1, 0)),
            false,
            1,
            1,
            3,
            3),
        indexed("embedding", Embedding.of(init.at("table"), 3, 2), index),
        indexed(
            "spectralNorm of embedding",
            SpectralNorm.of(init.at("sn3"), Embedding.of(init.at("sn3"), 3, 2)),
            index),
        layer("dropout", new Dropout(0.4), true, 3, 4),
        layer("conv2d", Conv2d.of(init.at("conv"), 1, 2, 2, 1, 1), false, 1, 1, 2, 3),
        layer(
            "convTranspose2d",
            ConvTranspose2d.of(init.at("up"), 2, 1, 3, 2, 1, 1),
            false,
            1,
            2,
            2,
            2),
        layer("maxPool2d", MaxPool2d.of(2), false, 1, 1, 4, 4),
        layer("avgPool2d", new AvgPool2d(2, 1, 1), false, 1, 1, 3, 3),
        layer(
            "sequential, residual",
            Sequential.of(
                new Flatten(),
                new Residual(Linear.of(init.at("fc"), 3, 3)),
                Activation.TANH,
                Unflatten.of(3, 1)),
            false,
            2,
            1,
            3),
        layer("leakyRelu", new LeakyRelu(0.2), false, 7),
        layer("attention", SelfAttention.of(init.at("attention"), 4, 2, wide), false, 1, 3, 4),
        layer(
            "attention with dropout",
            new SelfAttention(
                Linear.of(init.at("qkv"), 2, 6, wide, wide),
                Linear.of(init.at("projection"), 2, 2, wide, wide),
                1,
                new Dropout(0.3)),
            true,
            1,
            3,
            2),
        layer(
            "attention to all positions",
            new SelfAttention(
                Linear.of(init.at("all.qkv"), 2, 6, wide),
                Linear.of(init.at("all.projection"), 2, 2, wide),
                1,
                1,
                false,
                null,
                new Dropout(0)),
            false,
            1,
            3,
            2),
        layer(
            "attention, grouped and rotary",
            new SelfAttention(
                Linear.of(init.at("grouped.qkv"), 4, 8, wide),
                Linear.of(init.at("grouped.projection"), 4, 4, wide),
                2,
                1,
                true,
                Rotary.of(10, 2, 3, DType.F64, Device.REFERENCE),
                new Dropout(0)),
            false,
            1,
            3,
            4),
        layer(
            "linear with lora",
            lora(Linear.of(init.at("adapted"), 3, 2, wide, wide), init),
            false,
            2,
            3),
        layer(
            "gated mlp",
            new Mlp(
                Linear.of(init.at("gated"), 2, 6),
                Linear.of(init.at("ungated"), 3, 2),
                Activation.SILU,
                true,
                new Dropout(0)),
            false,
            2,
            2),
        layer(
            "mlp",
            new Mlp(
                Linear.of(init.at("wide"), 2, 4),
                Linear.of(init.at("narrow"), 4, 2),
                Activation.GELU,
                new Dropout(0)),
            false,
            2,
            2),
        layer(
            "block",
            new Block(
                LayerNorm.of(init.at("norm1"), 2),
                SelfAttention.of(init.at("block.attention"), 2, 1, wide),
                RmsNorm.of(init.at("norm2"), 2),
                new Mlp(
                    Linear.of(init.at("block.wide"), 2, 3),
                    Linear.of(init.at("block.narrow"), 3, 2),
                    Activation.GELU,
                    new Dropout(0))),
            false,
            1,
            3,
            2));
  }

  /// With both factors other than 0.
  private static Linear lora(Linear linear, Init init) {
    Linear adapted = linear.withLora(Lora.of(init, linear.weight(), new Lora.Config(2, 4)));
    Parameter b = adapted.lora().b();
    b.load(Reference.random(SEED, 2, 2).toDoubleArray());
    return adapted;
  }

  private static Stream<Row> activations() {
    return Stream.of(Activation.values()).map(a -> layer(a.name(), a, false, 6));
  }

  @TestFactory
  DynamicTest aModelToSecondOrder() {
    Gpt gpt = Gpt.of(Reference.init(SEED).at("gpt"), Gpt.Config.of(3, 3, 4, 2, 1).withBias(true));
    Tensor tokens = Reference.i32(new int[] {2, 0, 2}, 1, 3);
    Tensor next = Reference.i32(new int[] {0, 1, 2}, 1, 3);
    return new Row(
            "gpt", gpt, false, (t, pass) -> Loss.crossEntropy(gpt.forward(tokens, pass), next))
        .test();
  }

  private static Stream<Row> losses() {
    Tensor x = Reference.random(1, 3, 4);
    Tensor y = Reference.random(2, 3, 4);
    Tensor classes = Reference.i32(new int[] {3, -1, 0}, 3);
    Tensor valid = Reference.i32(new int[] {3, 2, 0}, 3);
    return Stream.of(
        loss("crossEntropy", t -> Loss.crossEntropy(t[0], valid), x),
        loss(
            "crossEntropy ignoring, smoothed",
            t -> Loss.crossEntropy(t[0], classes, Reduction.MEAN, -1, 0.1),
            x),
        loss("binaryCrossEntropy", t -> Loss.binaryCrossEntropy(t[0], t[1], Reduction.SUM), x, y),
        loss(
            "binaryCrossEntropy at 0",
            t -> Loss.binaryCrossEntropy(t[0], 1, Reduction.NONE),
            Reference.f64(new double[3], 3)),
        loss("meanSquared", t -> Loss.meanSquared(t[0], t[1], Reduction.MEAN), x, y),
        loss("absolute", t -> Loss.absolute(t[0], t[1], Reduction.SUM), x, y),
        loss("huber", t -> Loss.huber(t[0], t[1], 0.5, Reduction.SUM), x, y),
        loss("smoothAbsolute", t -> Loss.smoothAbsolute(t[0], t[1], 0.5, Reduction.MEAN), x, y),
        loss("gaussianDivergence", t -> Loss.gaussianDivergence(t[0], t[1], Reduction.SUM), x, y),
        loss(
            "categoricalDivergence",
            t -> Loss.categoricalDivergence(t[0], t[1], Reduction.MEAN),
            x,
            y));
  }
}
