package jacquard.examples.recipe;

import jacquard.nn.io.FormatException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/// Keeps a second process from training the same run. The operating system gives the lock back when
/// a process ends, however it ends; the file stays and means nothing.
final class RunLock implements AutoCloseable {
  // Closing any channel of a file gives up all of a process's locks on it (POSIX), so this process
  // asks itself first.
  private static final Set<Path> OWN = ConcurrentHashMap.newKeySet();

  static final String NAME = ".lock";

  /// By how much the clocks of files and processes may differ.
  private static final Duration CLOCKS = Duration.ofSeconds(2);

  private final Path file;
  private final FileChannel channel;

  private RunLock(Path file, FileChannel channel) {
    this.file = file;
    this.channel = channel;
  }

  /// @throws FormatException if the run is being trained, or its folder can't be written
  static RunLock take(RunFolder run) throws FormatException {
    try {
      Path file = run.path().toRealPath().resolve(NAME);
      if (!OWN.add(file)) {
        throw taken(run, Long.toString(ProcessHandle.current().pid()));
      }
      boolean done = false;
      try {
        RunLock lock = new RunLock(file, locked(run, file));
        done = true;
        return lock;
      } finally {
        if (!done) {
          OWN.remove(file);
        }
      }
    } catch (IOException e) {
      throw FormatException.unreadable("lock", run.path(), e);
    }
  }

  private static FileChannel locked(RunFolder run, Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean done = false;
    try {
      if (channel.tryLock() == null) {
        throw taken(run, Files.readString(file).strip());
      }
      channel.truncate(0);
      String pid = ProcessHandle.current().pid() + "\n";
      channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)));
      done = true;
      return channel;
    } finally {
      if (!done) {
        channel.close();
      }
    }
  }

  /// Whether the process that took the lock last is still there. Trying the lock would keep it from
  /// whoever takes it at the same moment; a later process that got the same number began later.
  static boolean isTaken(RunFolder run) {
    try {
      Path file = run.path().resolve(NAME);
      long id = Long.parseLong(Files.readString(file).strip());
      Instant taken = Files.getLastModifiedTime(file).toInstant();
      return ProcessHandle.of(id)
          .flatMap(process -> process.info().startInstant())
          .map(start -> start.isBefore(taken.plus(CLOCKS)))
          .orElse(false);
    } catch (IOException | NumberFormatException e) {
      return false;
    }
  }

  private static FormatException taken(RunFolder run, String process) {
    return new FormatException(
        run.path()
            + ": is being trained by process "
            + process
            + "; wait until that ends, or end it with Ctrl-C, which saves its work");
  }

  @Override
  public void close() throws FormatException {
    try {
      channel.close();
    } catch (IOException e) {
      throw FormatException.unreadable("lock", file, e);
    } finally {
      OWN.remove(file);
    }
  }
}
