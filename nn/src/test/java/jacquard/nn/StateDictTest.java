package jacquard.nn;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.StoredTensor;
import jacquard.nn.io.StoredType;
import jacquard.nn.optim.Adam;
import jacquard.tensor.StateException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StateDictTest {
  private static Sequential model(Init init) {
    return Sequential.of(Linear.of(init.at("fc"), 3, 2), BatchNorm.of(init.at("norm"), 2));
  }

  @Test
  void modelSurvivesAFile(@TempDir Path folder) throws FormatException {
    Path file = folder.resolve("model.safetensors");
    Sequential a = model(Reference.init32(1));
    Sequential b = model(Reference.init32(2));
    a.save(file);
    b.load(file);
    for (int i = 0; i < a.states().size(); i++) {
      assertArrayEquals(
          a.states().get(i).value().toFloatArray(), b.states().get(i).value().toFloatArray());
    }
    try (Safetensors open = Safetensors.open(file)) {
      assertEquals(
          List.of(
              "fc.bias",
              "fc.weight",
              "norm.bias",
              "norm.running_mean",
              "norm.running_var",
              "norm.weight"),
          open.tensors().keySet().stream().sorted().toList());
    }
  }

  @Test
  void optimiserStatesAndMetadataGoAlong(@TempDir Path folder) throws FormatException {
    Path file = folder.resolve("checkpoint.safetensors");
    Sequential a = model(Reference.init(1));
    Adam adam = Adam.of(a.parameters(), 1);
    adam.states().get(1).load(new double[] {1, 2, 3, 4, 5, 6});
    StateDict.of(a.states()).and(adam.states()).save(file, Map.of("step", "7"));
    Sequential b = model(Reference.init(2));
    Adam other = Adam.of(b.parameters(), 1);
    Map<String, String> metadata = StateDict.of(b.states()).and(other.states()).load(file);
    assertEquals("7", metadata.get("step"));
    assertEquals("adam.v.fc.weight", other.states().get(1).name());
    assertArrayEquals(new double[] {1, 2, 3, 4, 5, 6}, Reference.values(other.states().get(1)));
    assertThrows(StateException.class, () -> StateDict.of(a.states()).and(a.states()));
  }

  @Test
  void halfPrecisionIsWidened() throws FormatException {
    Linear linear = Linear.of(Reference.init32(1), 2, 1, Initialiser.zeros());
    byte[] ones = {0, 0x3C, (byte) 0x80, (byte) 0xC0}; // 1 and -2.25 in binary16
    StoredTensor half =
        StoredTensor.of("weight", StoredType.F16, new long[] {1, 2}, MemorySegment.ofArray(ones));
    StateDict.of(linear.states()).load("test", Map.of("weight", half));
    assertArrayEquals(new float[] {1, -2.25f}, linear.weight().value().toFloatArray());
  }

  @Test
  void everythingThatDoesNotFitIsNamedAndNothingLoaded() {
    Linear linear = Linear.of(Reference.init32(1), 2, 3);
    float[] before = linear.weight().value().toFloatArray();
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    tensors.put("weight", StoredTensor.of("weight", new float[6], 3, 2));
    tensors.put("gain", StoredTensor.of("gain", new float[3], 3));
    FormatException e =
        assertThrows(
            FormatException.class, () -> StateDict.of(linear.states()).load("a.st", tensors));
    assertEquals(
        "load: a.st: missing 1 of 2 tensors: bias; unexpected 1 of 2 tensors: gain",
        e.getMessage());
    assertArrayEquals(before, linear.weight().value().toFloatArray());

    tensors.remove("gain");
    tensors.put("bias", StoredTensor.of("bias", new double[3], 3));
    tensors.put("weight", StoredTensor.of("weight", new float[6], 2, 3));
    e =
        assertThrows(
            FormatException.class, () -> StateDict.of(linear.states()).load("a.st", tensors));
    assertTrue(e.getMessage().contains("weight F32[2, 3], expected f32[3, 2]"), e.getMessage());
    assertTrue(e.getMessage().contains("bias F64[3], expected f32[3]"), e.getMessage());
    assertArrayEquals(before, linear.weight().value().toFloatArray());
  }
}
