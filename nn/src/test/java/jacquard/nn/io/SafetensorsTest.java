package jacquard.nn.io;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.SharedData;
import jacquard.tensor.DType;
import jacquard.tensor.Device;
import jacquard.tensor.Shape;
import jacquard.tensor.Tensor;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

class SafetensorsTest {
  @TempDir Path folder;

  @TestFactory
  Stream<DynamicTest> validFilesReadAsTheReferenceReadsThem() throws Exception {
    return oracle("valid")
        .map(file ->
            test(
                "valid",
                file,
                (path, expected) -> {
                  try (Safetensors actual = Safetensors.open(path)) {
                    Map<String, Json> tensors = expected.field("tensors").fields();
                    assertEquals(tensors.keySet(), actual.tensors().keySet());
                    for (Map.Entry<String, Json> entry : tensors.entrySet()) {
                      StoredTensor tensor = actual.tensor(entry.getKey());
                      Json want = entry.getValue();
                      assertEquals(want.field("dtype").asText(), tensor.type().name());
                      List<Json> dims = new ArrayList<>();
                      for (long dim : tensor.dims()) {
                        dims.add(Json.of(dim));
                      }
                      assertEquals(want.field("shape").items(), dims);
                      byte[] bytes = tensor.toByteArray();
                      assertEquals(want.field("nbytes").asInt(), bytes.length);
                      if (want.field("data_hex") instanceof Json.Text(String hex)) {
                        assertEquals(hex, HexFormat.of().formatHex(bytes));
                      }
                    }
                  }
                }));
  }

  @TestFactory
  Stream<DynamicTest> badFilesAreRefusedInOneLine() throws Exception {
    return oracle("bad").map(file -> test("bad", file, (path, expected) -> assertRefused(path)));
  }

  /// What the format's text forbids is refused, though the reference accepts it.
  @TestFactory
  Stream<DynamicTest> lenientFilesAreRefusedInOneLine() throws Exception {
    return oracle("lenient")
        .map(file -> test("lenient", file, (path, expected) -> assertRefused(path)));
  }

  private static void assertRefused(Path path) throws Exception {
    String mapped =
        assertThrows(FormatException.class, () -> Safetensors.open(path).close()).getMessage();
    assertTrue(mapped.startsWith("safetensors: " + path + ": "), mapped);
    assertFalse(mapped.contains("\n"), mapped);
    assertTrue(mapped.length() < 1100, mapped);
    byte[] bytes = Files.readAllBytes(path);
    assertEquals(
        mapped,
        assertThrows(FormatException.class, () -> Safetensors.of(bytes, path.toString()))
            .getMessage());
  }

  @Test
  void errorsNameTheTensorAndTheNumbers() {
    assertError(
        "tensor 'b' has bytes 8 to 12: a hole of 4 bytes before it",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[8,12]}}",
        12);
    assertError(
        "tensor 'b' has bytes 4 to 12: overlaps 'a' that ends at 8",
        "{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},"
            + "\"b\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[4,12]}}",
        12);
    assertError(
        "tensor 'w' has bytes 0 to 8, expected 12 bytes for F32[3]",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[3],\"data_offsets\":[0,8]}}",
        8);
    assertError(
        "holds 7 data bytes, expected 8; the file is truncated",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        7);
    assertError(
        "holds 9 data bytes, expected 8; there are bytes too many",
        "{\"w\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]}}",
        9);
    assertError(
        "tensor 'w' F4[3]: the size overflows, or its bits don't fill whole bytes",
        "{\"w\":{\"dtype\":\"F4\",\"shape\":[3],\"data_offsets\":[0,2]}}",
        2);
    assertError("tensor 'w' has no dtype", "{\"w\":{}}", 0);
    assertError(
        "tensor 'w' has a field 'strides', expected dtype, shape and data_offsets only",
        "{\"w\":{\"strides\":[1]}}",
        0);
    assertError(
        "tensor 'w' shape holds -0, expected whole numbers from 0 up",
        "{\"w\":{\"shape\":[-0]}}",
        0);
    assertError(
        "tensor 'w' shape holds 1e2, expected whole numbers from 0 up",
        "{\"w\":{\"shape\":[1e2]}}",
        0);
    assertError(
        "tensor 'w' shape holds 9223372036854775808, expected less than 2^63",
        "{\"w\":{\"shape\":[9223372036854775808]}}",
        0);
    assertError("header starts with '\uFEFF', expected '{'", "\uFEFF{}", 0);
    assertError("'w' is [, expected an object", "{\"w\":[[]]}", 0);
    assertError("__metadata__ 'k' is {, expected a string", "{\"__metadata__\":{\"k\":{}}}", 0);
  }

  /// An escape can spell what UTF-8 can't hold.
  @Test
  void halfSurrogatePairsAreRefused() {
    for (String half : List.of("\\ud800", "\\udc00", "\\ud800\\ud800", "a\\udfffb")) {
      for (String header :
          List.of(
              "{\"" + half + "\":{\"dtype\":\"U8\",\"shape\":[0],\"data_offsets\":[0,0]}}",
              "{\"__metadata__\":{\"" + half + "\":\"\"}}",
              "{\"__metadata__\":{\"\":\"" + half + "\"}}")) {
        byte[] file = file(header, 0);
        String message =
            assertThrows(FormatException.class, () -> Safetensors.of(file, "f")).getMessage();
        assertTrue(message.contains("surrogate"), header + ": " + message);
      }
    }
  }

  private static void assertError(String what, String header, int dataBytes) {
    byte[] file = file(header, dataBytes);
    FormatException e = assertThrows(FormatException.class, () -> Safetensors.of(file, "f"));
    assertEquals(FormatException.printable("safetensors: f: " + what, 1000), e.getMessage());
  }

  private static byte[] file(String header, int dataBytes) {
    byte[] text = header.getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(8 + text.length + dataBytes)
        .order(ByteOrder.LITTLE_ENDIAN)
        .putLong(text.length)
        .put(text)
        .array();
  }

  @Test
  void hostileNamesCannotBreakTheErrorLine() {
    byte[] file = file("{\"a\\n\\u001b[31m\\u202e\":1}", 0);
    FormatException e = assertThrows(FormatException.class, () -> Safetensors.of(file, "f"));
    assertEquals(
        "safetensors: f: 'a\\u000a\\u001b[31m\\u202e' is 1, expected an object", e.getMessage());
  }

  @Test
  void packedTypesOfWholeBytesAreRead() throws Exception {
    byte[] file =
        file(
            "{\"a\":{\"dtype\":\"F4\",\"shape\":[3,2],\"data_offsets\":[0,3]},"
                + "\"b\":{\"dtype\":\"F6_E2M3\",\"shape\":[4],\"data_offsets\":[3,6]}}",
            6);
    try (Safetensors tensors = Safetensors.of(file, "f")) {
      assertEquals(3, tensors.tensor("a").toByteArray().length);
      assertEquals("b F6_E2M3[4]", tensors.tensor("b").toString());
    }
  }

  @Test
  void emptyTensorsMayShareAPlace() throws Exception {
    byte[] file =
        file(
            "{\"a\":{\"dtype\":\"F32\",\"shape\":[0],\"data_offsets\":[4,4]},"
                + "\"b\":{\"dtype\":\"F32\",\"shape\":[],\"data_offsets\":[0,4]},"
                + "\"c\":{\"dtype\":\"F64\",\"shape\":[3,0,5],\"data_offsets\":[0,0]}}",
            4);
    try (Safetensors tensors = Safetensors.of(file, "f")) {
      assertEquals(List.of("c", "b", "a"), List.copyOf(tensors.tensors().keySet()));
      assertEquals(0, tensors.tensor("c").toDoubleArray().length);
    }
  }

  @Test
  void halfTypesWidenExactly() throws Exception {
    // 1.5, -2, largest, smallest subnormal, inf, NaN, -0
    short[] half = {0x3e00, (short) 0xc000, 0x7bff, 0x0001, 0x7c00, 0x7e00, (short) 0x8000};
    short[] brain = {0x3fc0, (short) 0xc000, 0x7f7f, 0x0001, 0x7f80, 0x7fc0, (short) 0x8000};
    byte[] file =
        SafetensorsWriter.toBytes(
            List.of(shorts("h", StoredType.F16, half), shorts("b", StoredType.BF16, brain)),
            Map.of());
    try (Safetensors tensors = Safetensors.of(file, "f")) {
      assertArrayEquals(
          new float[] {1.5f, -2, 65504, 0x1p-24f, Float.POSITIVE_INFINITY, Float.NaN, -0f},
          tensors.tensor("h").toFloatArray());
      assertArrayEquals(
          new float[] {1.5f, -2, 0x1.fep127f, 0x1p-133f, Float.POSITIVE_INFINITY, Float.NaN, -0f},
          tensors.tensor("b").toFloatArray());
      FormatException e =
          assertThrows(FormatException.class, () -> tensors.tensor("h").toIntArray());
      assertEquals("safetensors: f: tensor 'h' has type F16, expected I32", e.getMessage());
    }
  }

  private static StoredTensor shorts(String name, StoredType type, short[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    bytes.asShortBuffer().put(values);
    return StoredTensor.of(
        name, type, new long[] {values.length}, MemorySegment.ofArray(bytes.array()));
  }

  /// Files of the reference writer, read and written again, must be the same bytes.
  @Test
  void writerLaysOutAsTheReferenceDoes() throws Exception {
    for (String name :
        List.of(
            "safetensors/valid/burn-multi_layer.safetensors",
            "safetensors/valid/candle-jfk-codes.safetensors",
            "safetensors/valid/djl-list.safetensors")) {
      Path path = SharedData.path(name);
      try (Safetensors read = Safetensors.open(path)) {
        assertArrayEquals(
            Files.readAllBytes(path),
            SafetensorsWriter.toBytes(read.tensors().values(), read.metadata()),
            name);
      }
    }
  }

  @Test
  void metadataIsReadAndWritten() throws Exception {
    Path path = folder.resolve("m.safetensors");
    Map<String, String> metadata = Map.of("format", "pt", "note", "你好\n\"quoted\"");
    SafetensorsWriter.write(path, List.of(StoredTensor.of("x", new int[] {1, -2}, 2)), metadata);
    try (Safetensors read = Safetensors.open(path)) {
      assertEquals(metadata, read.metadata());
      assertArrayEquals(new int[] {1, -2}, read.tensor("x").toIntArray());
    }
  }

  @Test
  void everyDataOffsetIsAligned() throws Exception {
    byte[] file =
        SafetensorsWriter.toBytes(
            List.of(
                StoredTensor.of(
                    "bytes", StoredType.U8, new long[] {3}, MemorySegment.ofArray(new byte[3])),
                StoredTensor.of("z", new double[] {1}, 1),
                StoredTensor.of("a", new float[] {1, 2, 3}, 3),
                StoredTensor.of("b", new long[] {1})),
            Map.of("k", "v"));
    try (Safetensors read = Safetensors.of(file, "f")) {
      assertEquals(List.of("b", "z", "a", "bytes"), List.copyOf(read.tensors().keySet()));
      for (StoredTensor tensor : read.tensors().values()) {
        assertEquals(0, tensor.bytes().address() * 8 % tensor.type().bits(), tensor.toString());
      }
    }
  }

  @Test
  void writerRefusesWhatTheFormatCannotHold() {
    StoredTensor x = StoredTensor.of("x", new float[1], 1);
    assertThrows(
        IllegalArgumentException.class, () -> SafetensorsWriter.toBytes(List.of(x, x), Map.of()));
    StoredTensor meta = StoredTensor.of("__metadata__", new float[1], 1);
    assertThrows(
        IllegalArgumentException.class, () -> SafetensorsWriter.toBytes(List.of(meta), Map.of()));
    StoredTensor half = StoredTensor.of("\uDC00", new float[1], 1);
    assertThrows(
        IllegalArgumentException.class, () -> SafetensorsWriter.toBytes(List.of(half), Map.of()));
    assertThrows(IllegalArgumentException.class, () -> StoredTensor.of("x", new float[3], 2));
    assertThrows(IllegalArgumentException.class, () -> StoredTensor.of("x", new float[0], 0, -1));
  }

  @Test
  void missingFilesAndFoldersAreNamed() {
    Path missing = folder.resolve("no.safetensors");
    assertEquals(
        "safetensors: " + missing + ": no such file or folder",
        assertThrows(FormatException.class, () -> Safetensors.open(missing)).getMessage());
    assertEquals(
        "safetensors: " + folder + ": is a folder, expected a file",
        assertThrows(FormatException.class, () -> Safetensors.open(folder)).getMessage());
  }

  @Test
  void missingTensorsAreNamed() throws Exception {
    byte[] file =
        SafetensorsWriter.toBytes(List.of(StoredTensor.of("x", new float[1], 1)), Map.of());
    try (Safetensors read = Safetensors.of(file, "f")) {
      assertEquals(
          "safetensors: f: has no tensor 'y', expected one of 1: x",
          assertThrows(FormatException.class, () -> read.tensor("y")).getMessage());
    }
  }

  @Test
  void closedFilesCannotBeRead() throws Exception {
    Path path = folder.resolve("c.safetensors");
    SafetensorsWriter.write(path, List.of(StoredTensor.of("x", new float[] {1}, 1)), Map.of());
    Safetensors read = Safetensors.open(path);
    StoredTensor x = read.tensor("x");
    read.close();
    read.close();
    assertThrows(IllegalStateException.class, x::toFloatArray);
  }

  @Test
  void tensorsKeepTypeShapeAndBits() throws Exception {
    Device device = Device.REFERENCE;
    List<Tensor> tensors =
        List.of(
            Tensor.stored(
                DType.F32,
                new float[] {1.5f, -0f, Float.NaN, Float.MIN_VALUE},
                Shape.of(2, 2),
                device),
            Tensor.stored(DType.F64, new double[] {Math.PI}, Shape.scalar(), device),
            Tensor.stored(DType.I32, new int[] {1, Integer.MIN_VALUE}, Shape.of(1, 2), device),
            Tensor.stored(DType.I64, new long[] {Long.MIN_VALUE}, Shape.of(1), device),
            Tensor.stored(DType.U8, new byte[] {0, -1, 7}, Shape.of(3), device),
            Tensor.stored(DType.BOOL, new byte[] {0, 1}, Shape.of(2, 1), device),
            Tensor.stored(DType.F32, new float[0], Shape.of(0, 3), device));
    Path path = folder.resolve("t.safetensors");
    List<StoredTensor> stored = new ArrayList<>();
    for (Tensor tensor : tensors) {
      stored.add(StoredTensor.of("t" + stored.size(), tensor));
    }
    SafetensorsWriter.write(path, stored, Map.of());
    try (Safetensors read = Safetensors.open(path)) {
      for (int i = 0; i < tensors.size(); i++) {
        Tensor actual = read.tensor("t" + i).toTensor(device);
        assertEquals(tensors.get(i).toString(), actual.toString());
        assertEquals(-1, bits(tensors.get(i).toArray()).mismatch(bits(actual.toArray())));
      }
    }
  }

  private static MemorySegment bits(Object array) {
    return switch (array) {
      case float[] a -> MemorySegment.ofArray(a);
      case double[] a -> MemorySegment.ofArray(a);
      case int[] a -> MemorySegment.ofArray(a);
      case long[] a -> MemorySegment.ofArray(a);
      case byte[] a -> MemorySegment.ofArray(a);
      default -> throw new AssertionError(array.getClass());
    };
  }

  @Test
  void whatNoTensorCanHoldIsNamed() throws Exception {
    MemorySegment one = MemorySegment.ofArray(new byte[] {2});
    byte[] file =
        SafetensorsWriter.toBytes(
            List.of(
                StoredTensor.of("i8", StoredType.I8, new long[] {1}, one),
                StoredTensor.of("flag", StoredType.BOOL, new long[] {1}, one),
                StoredTensor.of("rank", StoredType.U8, new long[] {1, 1, 1, 1, 1, 1, 1, 1, 1}, one),
                StoredTensor.of("wide", new float[0], 0, 1L << 40)),
            Map.of());
    try (Safetensors read = Safetensors.of(file, "f")) {
      assertNoTensor(
          read, "i8", "has type I8, which no tensor has; read its bytes() and convert them");
      assertNoTensor(read, "flag", "has byte 2 at index 0, expected 0 or 1");
      assertNoTensor(
          read,
          "rank",
          "is U8[1, 1, 1, 1, 1, 1, 1, 1, 1], expected at most 8 axes of at most 2147483583");
      assertNoTensor(
          read, "wide", "is F32[0, 1099511627776], expected at most 8 axes of at most 2147483583");
    }
  }

  private static void assertNoTensor(Safetensors file, String name, String what) throws Exception {
    StoredTensor tensor = file.tensor(name);
    assertEquals(
        "safetensors: f: tensor '" + name + "' " + what,
        assertThrows(FormatException.class, () -> tensor.toTensor(Device.REFERENCE)).getMessage());
  }

  private interface Check {
    void run(Path path, Json expected) throws Exception;
  }

  private static DynamicTest test(String kind, Map.Entry<String, Json> file, Check check) {
    Path path = SharedData.path("safetensors/" + kind + "/" + file.getKey());
    return DynamicTest.dynamicTest(file.getKey(), () -> check.run(path, file.getValue()));
  }

  private static Stream<Map.Entry<String, Json>> oracle(String kind) throws Exception {
    Path path = SharedData.path("safetensors/expected.json");
    Map<String, Json> files = Json.read(path).field(kind).fields();
    try (Stream<Path> present = Files.list(path.resolveSibling(kind))) {
      assertEquals(files.size(), present.count());
    }
    return files.entrySet().stream();
  }
}
