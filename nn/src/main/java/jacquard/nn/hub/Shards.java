package jacquard.nn.hub;

import jacquard.nn.io.AtomicFile;
import jacquard.nn.io.FormatException;
import jacquard.nn.io.Json;
import jacquard.nn.io.Safetensors;
import jacquard.nn.io.SafetensorsWriter;
import jacquard.nn.io.StoredTensor;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/// The tensors of a folder: in `model.safetensors`, or in several files that
/// `model.safetensors.index.json` lists.
public final class Shards implements AutoCloseable {
  static final String SINGLE = "model.safetensors";
  static final String INDEX = "model.safetensors.index.json";

  private static final Map<String, String> METADATA = Map.of("format", "pt");

  private final List<Safetensors> files;
  private final Map<String, StoredTensor> tensors;

  private Shards(List<Safetensors> files, Map<String, StoredTensor> tensors) {
    this.files = files;
    this.tensors = Collections.unmodifiableMap(tensors);
  }

  /// Maps the files of a folder. With both a single file and an index, the single file counts, as
  /// in Hugging Face's library.
  ///
  /// @param folder the folder
  /// @return the tensors, read where they lie
  /// @throws FormatException if a file is missing or broken, or index and files disagree
  public static Shards open(Path folder) throws FormatException {
    List<Safetensors> files = new ArrayList<>();
    boolean done = false;
    try {
      Shards result =
          Files.exists(folder.resolve(INDEX)) && !Files.exists(folder.resolve(SINGLE))
              ? several(folder, files)
              : single(folder.resolve(SINGLE), files);
      done = true;
      return result;
    } finally {
      if (!done) {
        files.forEach(Safetensors::close);
      }
    }
  }

  @SuppressWarnings("MustBeClosedChecker") // the result closes the files
  private static Shards single(Path file, List<Safetensors> files) throws FormatException {
    Safetensors opened = Safetensors.open(file);
    files.add(opened);
    return new Shards(files, opened.tensors());
  }

  @SuppressWarnings("MustBeClosedChecker") // the result closes the files
  private static Shards several(Path folder, List<Safetensors> files) throws FormatException {
    Path index = folder.resolve(INDEX);
    Map<String, String> places = places(index);
    Map<String, StoredTensor> tensors = new LinkedHashMap<>();
    for (String name : new TreeSet<>(places.values())) {
      if (!Path.of(name).equals(Path.of(name).getFileName())) {
        throw new FormatException(
            index + ": names file '" + name + "', expected one beside the index");
      }
      Safetensors file = Safetensors.open(folder.resolve(name));
      files.add(file);
      for (StoredTensor tensor : file.tensors().values()) {
        String place = places.get(tensor.name());
        if (!name.equals(place)) {
          throw new FormatException(
              folder.resolve(name)
                  + ": holds tensor '"
                  + tensor.name()
                  + "', which "
                  + INDEX
                  + (place == null ? " doesn't list" : " lists in " + place));
        }
        tensors.put(tensor.name(), tensor);
      }
    }
    for (Map.Entry<String, String> entry : places.entrySet()) {
      if (!tensors.containsKey(entry.getKey())) {
        throw new FormatException(
            index
                + ": lists tensor '"
                + entry.getKey()
                + "' in "
                + entry.getValue()
                + ", which doesn't hold it");
      }
    }
    return new Shards(files, tensors);
  }

  /// File name by tensor name.
  private static Map<String, String> places(Path index) throws FormatException {
    try {
      Map<String, String> places = new LinkedHashMap<>();
      for (Map.Entry<String, Json> entry :
          Json.read(index).field("weight_map").fields().entrySet()) {
        places.put(entry.getKey(), entry.getValue().asText());
      }
      return places;
    } catch (FormatException e) {
      String message = String.valueOf(e.getMessage());
      throw message.contains(index.toString()) ? e : new FormatException(index + ": " + message, e);
    }
  }

  /// By name.
  ///
  /// @return the tensors
  public Map<String, StoredTensor> tensors() {
    return tensors;
  }

  /// Writes tensors into a folder: one file if they take at most `mostBytes`, else as many as it
  /// takes, filled in the order given, and an index. The index is written last.
  ///
  /// @param folder the folder
  /// @param tensors what to write
  /// @param mostBytes of a file; a larger tensor has one of its own
  /// @throws FormatException if a file can't be written
  public static void write(Path folder, List<StoredTensor> tensors, long mostBytes)
      throws FormatException {
    List<List<StoredTensor>> parts = split(tensors, mostBytes);
    if (parts.size() == 1) {
      SafetensorsWriter.write(folder.resolve(SINGLE), tensors, METADATA);
      return;
    }
    Map<String, Json> places = new TreeMap<>();
    long total = 0;
    for (int i = 0; i < parts.size(); i++) {
      String name = "model-%05d-of-%05d.safetensors".formatted(i + 1, parts.size());
      for (StoredTensor tensor : parts.get(i)) {
        places.put(tensor.name(), Json.of(name));
        total += tensor.bytes().byteSize();
      }
      SafetensorsWriter.write(folder.resolve(name), parts.get(i), METADATA);
    }
    Map<String, Json> index = new LinkedHashMap<>();
    index.put("metadata", Json.of(Map.of("total_size", Json.of(total))));
    index.put("weight_map", Json.of(places));
    AtomicFile.write("index", folder.resolve(INDEX), Json.of(index).pretty() + "\n");
  }

  private static List<List<StoredTensor>> split(List<StoredTensor> tensors, long mostBytes) {
    List<List<StoredTensor>> parts = new ArrayList<>();
    List<StoredTensor> part = new ArrayList<>();
    long size = 0;
    for (StoredTensor tensor : tensors) {
      long bytes = tensor.bytes().byteSize();
      if (!part.isEmpty() && size + bytes > mostBytes) {
        parts.add(part);
        part = new ArrayList<>();
        size = 0;
      }
      part.add(tensor);
      size += bytes;
    }
    parts.add(part);
    return parts;
  }

  /// Unmaps the files; their tensors can't be read any more.
  @Override
  public void close() {
    files.forEach(Safetensors::close);
  }
}
