package jacquard.kernels.cpu.gemm;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.System.Logger.Level;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// Cuts that were measured, in a text file from one process to the next: a line for each machine
/// and product. A file that can't be read or written is no error: it is measured again.
final class CutFile {
  private static final System.Logger LOG = System.getLogger(CutFile.class.getName());
  private static final String HEADER = "# cuts of matrix products, measured by Jacquard; 1";
  private static final String SEPARATOR = " = ";

  private final Path file;
  private final String machine;

  /// @param machine what the measurements depend on beside the product
  CutFile(Path file, String machine) {
    this.file = file;
    this.machine = machine;
  }

  /// The cuts of this machine, by product.
  Map<String, Cut> load() {
    Map<String, Cut> cuts = new HashMap<>();
    for (Map.Entry<String, String> line : lines().entrySet()) {
      String prefix = machine + ", ";
      Optional<Cut> cut = Cut.parse(line.getValue());
      if (line.getKey().startsWith(prefix) && cut.isPresent()) {
        cuts.put(line.getKey().substring(prefix.length()), cut.get());
      }
    }
    return cuts;
  }

  /// Adds a product's cut to what the file holds by now.
  void store(String product, Cut cut) {
    Map<String, String> lines = lines();
    lines.put(machine + ", " + product, cut.text());
    StringBuilder text = new StringBuilder(HEADER).append('\n');
    lines.forEach((key, value) -> text.append(key).append(SEPARATOR).append(value).append('\n'));
    try {
      Path folder = file.toAbsolutePath().getParent();
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, "cuts", ".tmp");
      Files.writeString(fresh, text);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      LOG.log(Level.DEBUG, file + ": measured cuts are not kept", e);
    }
  }

  private Map<String, String> lines() {
    Map<String, String> lines = new TreeMap<>();
    try {
      List<String> all = Files.readAllLines(file);
      if (!all.isEmpty() && all.getFirst().equals(HEADER)) {
        for (String line : all.subList(1, all.size())) {
          int at = line.lastIndexOf(SEPARATOR);
          if (at > 0) {
            lines.put(line.substring(0, at), line.substring(at + SEPARATOR.length()));
          }
        }
      }
    } catch (NoSuchFileException e) {
      // nothing was measured yet
    } catch (IOException | UncheckedIOException e) {
      LOG.log(Level.DEBUG, file + ": measured cuts can't be read", e);
    }
    return lines;
  }
}
