package jacquard.kernels.csource;

import static java.nio.charset.StandardCharsets.UTF_8;

import jacquard.tensor.DeviceException;
import jacquard.tensor.Switches;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What compilers made and what was measured, kept on disk from one process to the next, and the
/// texts that compilers refused.
public final class KernelFiles {
  private final Path folder;
  private final String[] circumstances;
  private final String sourceSuffix;

  /// Files of one kind of program, for one device, driver and compiler.
  ///
  /// @param kind of device: a folder of that name
  /// @param sourceSuffix of files with source text: `.cl`
  /// @param circumstances everything beside the text that the result depends on: device, driver,
  ///   compiler, options
  public KernelFiles(String kind, String sourceSuffix, String... circumstances) {
    folder = Path.of(Switches.cacheDir()).resolve(kind);
    this.sourceSuffix = sourceSuffix;
    this.circumstances = circumstances;
  }

  private Path file(String text) {
    String[] all = Arrays.copyOf(circumstances, circumstances.length + 1);
    all[circumstances.length] = text;
    return folder.resolve(TextHash.of(all) + ".bin");
  }

  /// {@return what was made of this text before; null if nothing was, or the file is damaged}
  ///
  /// @param text the program as text
  public byte @Nullable [] load(String text) {
    Path file = file(text);
    try {
      byte[] all = Files.isReadable(file) ? Files.readAllBytes(file) : new byte[0];
      if (all.length < TextHash.BYTES) {
        return null;
      }
      byte[] binary = Arrays.copyOf(all, all.length - TextHash.BYTES);
      byte[] sum = Arrays.copyOfRange(all, binary.length, all.length);
      return Arrays.equals(TextHash.of(binary), sum) ? binary : null;
    } catch (IOException e) {
      return null; // it is compiled anew, and the file replaced
    }
  }

  /// Keeps what was made of a text. A folder that can't be written to is no error.
  ///
  /// @param text the program as text
  /// @param binary what the compiler made
  public void store(String text, byte[] binary) {
    byte[] all = Arrays.copyOf(binary, binary.length + TextHash.BYTES);
    System.arraycopy(TextHash.of(binary), 0, all, binary.length, TextHash.BYTES);
    replace(file(text), all);
  }

  /// Writes a file in one go.
  private void replace(Path file, byte[] content) {
    try {
      Files.createDirectories(folder);
      Path fresh = Files.createTempFile(folder, "new", ".tmp");
      Files.write(fresh, content);
      Files.move(fresh, file, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      System.getLogger(KernelFiles.class.getName())
          .log(System.Logger.Level.DEBUG, folder + ": nothing can be kept", e);
    }
  }

  private Path tuningFile() {
    return folder.resolve("tuning-" + TextHash.of(circumstances).substring(0, 12) + ".txt");
  }

  /// {@return the lines that [#storeTuning] wrote; none if there is nothing to read}
  List<String> loadTuning() {
    try {
      Path file = tuningFile();
      return Files.isReadable(file) ? Files.readAllLines(file) : List.of();
    } catch (IOException | UncheckedIOException e) {
      return List.of(); // measured anew, and the file replaced
    }
  }

  /// Keeps what was measured, for this device, driver and compiler. A folder that can't be written
  /// to is no error.
  void storeTuning(List<String> lines) {
    replace(tuningFile(), (String.join("\n", lines) + "\n").getBytes(UTF_8));
  }

  /// {@return the error for a text that a compiler refused; the text is kept in a file}
  ///
  /// @param what device and what failed: `opencl:0: a kernel can't be compiled:
  ///   BUILD_PROGRAM_FAILURE`
  /// @param text the program as text
  /// @param log what the compiler said
  public DeviceException refused(String what, String text, String log) {
    String place;
    try {
      Path kept = Files.createTempFile("jacquard-kernel", sourceSuffix);
      Files.writeString(kept, text);
      place = kept.toString();
    } catch (IOException unwritten) {
      place = "nowhere: " + unwritten.getMessage();
    }
    return new DeviceException(
        what + "; its source is in " + place + ", the compiler says:\n" + log.strip());
  }
}
