package jacquard.examples.tensorboard;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tensorflow.proto.DataType;
import org.tensorflow.proto.Event;
import org.tensorflow.proto.HistogramProto;
import org.tensorflow.proto.SessionLog;
import org.tensorflow.proto.Summary;

/// Event files as TensorFlow's own classes read them.
class EventFileTest {
  @TempDir Path temp;

  private List<Event> written(Writing writing) throws IOException {
    Path path;
    try (EventFile file = EventFile.in(temp)) {
      writing.to(file);
      path = file.path();
    }
    return Events.read(path);
  }

  private interface Writing {
    void to(EventFile file) throws IOException;
  }

  @Test
  void theFirstEventTellsTheVersion() throws IOException {
    List<Event> events = written(file -> file.scalars(1, Map.of("loss", 2.5)));
    assertEquals("brain.Event:2", events.getFirst().getFileVersion());
    assertEquals(2, events.size());
    double now = System.currentTimeMillis() / 1e3;
    assertEquals(now, events.getLast().getWallTime(), 60);
  }

  @Test
  void nothingIsMadeBeforeTheFirstEvent() throws IOException {
    try (EventFile file = EventFile.in(temp)) {
      assertFalse(Files.exists(file.path()));
      assertTrue(file.path().getFileName().toString().startsWith("events.out.tfevents."));
    }
  }

  @Test
  void scalarsKeepNamesStepsAndValues() throws IOException {
    Map<String, Double> values = new LinkedHashMap<>();
    values.put("loss", 0.125);
    values.put("späte Zeit", Double.NaN);
    List<Event> events = written(file -> file.scalars(3_000_000_000L, values));
    assertEquals(3_000_000_000L, events.get(1).getStep());
    Summary summary = events.get(1).getSummary();
    assertEquals("loss", summary.getValue(0).getTag());
    assertEquals(0.125f, summary.getValue(0).getSimpleValue());
    assertEquals("späte Zeit", summary.getValue(1).getTag());
    assertTrue(Float.isNaN(summary.getValue(1).getSimpleValue()));
  }

  @Test
  void aPictureIsItsFile() throws IOException {
    byte[] png = {(byte) 0x89, 'P', 'N', 'G', 0, -1, 127};
    Summary.Image image =
        written(file -> file.image(7, "samples", png, 3, 200))
            .get(1)
            .getSummary()
            .getValue(0)
            .getImage();
    assertEquals(3, image.getHeight());
    assertEquals(200, image.getWidth());
    assertEquals(
        List.of(png.length, png[0], png[6]),
        List.of(
            image.getEncodedImageString().size(),
            image.getEncodedImageString().byteAt(0),
            image.getEncodedImageString().byteAt(6)));
  }

  @Test
  void aTextIsShownAsCode() throws IOException {
    Summary.Value value =
        written(file -> file.text(7, "samples", "# one\n<b>two")).get(1).getSummary().getValue(0);
    assertEquals("text", value.getMetadata().getPluginData().getPluginName());
    assertEquals(DataType.DT_STRING, value.getTensor().getDtype());
    assertEquals(1, value.getTensor().getTensorShape().getDim(0).getSize());
    assertEquals("    # one\n    <b>two", value.getTensor().getStringVal(0).toStringUtf8());
  }

  @Test
  void histogramsCountEveryValueInItsBucket() throws IOException {
    float[] values = {-3, -3, -1e-20f, 0, 1e-13f, 0.5f, 0.55f, 7, 1e30f, Float.NaN};
    HistogramProto histogram =
        written(file -> file.histograms(1, Map.of("w", Histogram.of(values))))
            .get(1)
            .getSummary()
            .getValue(0)
            .getHisto();
    assertEquals(-3, histogram.getMin());
    assertEquals(1e30f, histogram.getMax());
    assertEquals(9, histogram.getNum(), "NaN is not counted");
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < 9; i++) {
      sum += values[i];
      squares += (double) values[i] * values[i];
    }
    assertEquals(sum, histogram.getSum());
    assertEquals(squares, histogram.getSumSquares());
    assertEquals(histogram.getBucketLimitCount(), histogram.getBucketCount());
    double counted = 0;
    for (int i = 0; i < histogram.getBucketCount(); i++) {
      double low = i == 0 ? Double.NEGATIVE_INFINITY : histogram.getBucketLimit(i - 1);
      double high = histogram.getBucketLimit(i);
      assertTrue(low < high, "limits rise");
      int inside = 0;
      for (int v = 0; v < 9; v++) {
        inside += values[v] >= low && values[v] < high || values[v] < 0 && values[v] == low ? 1 : 0;
      }
      counted += histogram.getBucket(i);
      assertEquals(inside, histogram.getBucket(i), 1, "from " + low + " to " + high);
    }
    assertEquals(9, counted);
  }

  @Test
  void bucketsAreATenthWide() {
    float[] values = new float[10_000];
    for (int i = 0; i < values.length; i++) {
      values[i] = (i - 5_000) / 1000f;
    }
    Histogram histogram = Histogram.of(values);
    double total = 0;
    for (int i = 1; i < histogram.limits().length; i++) {
      double low = histogram.limits()[i - 1];
      double high = histogram.limits()[i];
      double expected = 0;
      for (float value : values) {
        expected += value >= low && value < high ? 1 : 0;
      }
      // what lies on a limit may be on either side of it
      assertEquals(expected, histogram.counts()[i], 1, low + " .. " + high);
      total += histogram.counts()[i];
      if (low > 1e-3 && histogram.counts()[i] > 0) {
        assertEquals(1.1, high / low, 1e-9);
      }
    }
    assertEquals(values.length, total + histogram.counts()[0]);
  }

  @Test
  void nothingFiniteIsAnEmptyHistogram() {
    Histogram histogram = Histogram.of(new float[] {Float.NaN, Float.NEGATIVE_INFINITY});
    assertEquals(0, histogram.count());
    assertEquals(1, histogram.limits().length);
    assertEquals(0, histogram.counts()[0]);
  }

  @Test
  void aRestartNamesTheStepFromWhichOlderFilesAreForgotten() throws IOException {
    Event event = written(file -> file.restart(12)).get(1);
    assertEquals(SessionLog.SessionStatus.START, event.getSessionLog().getStatus());
    assertEquals(12, event.getStep());
  }

  @Test
  void aFolderThatIsNotThereIsToldInOneLine() {
    Path missing = temp.resolve("missing");
    FormatException error =
        assertThrows(
            FormatException.class,
            () -> {
              try (EventFile file = EventFile.in(missing)) {
                file.restart(1);
              }
            });
    assertTrue(error.getMessage().startsWith("events: " + missing), error.getMessage());
  }
}
