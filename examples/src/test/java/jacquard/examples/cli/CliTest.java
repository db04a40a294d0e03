package jacquard.examples.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import jacquard.examples.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

class CliTest {

  private record Result(int exit, List<String> out, List<String> err) {}

  @Command(name = "try")
  private static final class Try implements Callable<Integer> {

    private final Callable<Integer> body;

    @Option(names = "--steps")
    int steps;

    Try(Callable<Integer> body) {
      this.body = body;
    }

    @Override
    public Integer call() throws Exception {
      return body.call();
    }
  }

  @Test
  void aCommandThatEndsWellSaysNothingOfItsOwn() {
    assertEquals(new Result(0, List.of(), List.of()), run(() -> 0));
    assertEquals(7, run(() -> 7).exit(), "a command may choose its exit code");
  }

  @Test
  void anUnknownOptionIsOneLineAndTwo() {
    assertEquals(
        new Result(2, List.of(), List.of("try: Unknown option: '--stepz=1'; see try --help")),
        run(() -> 0, "--stepz=1"));
  }

  @Test
  void aBadValueIsOneLineAndTwo() {
    Result result = run(() -> 0, "--steps", "many");
    assertEquals(2, result.exit());
    assertEquals(
        List.of("try: Invalid value for option '--steps': 'many' is not an int; see try --help"),
        result.err());
  }

  @Test
  void wrongInputIsOneLineAndTwo() {
    Result refused =
        run(() -> {
          throw new IllegalArgumentException("train: --batch is 0,\n  expected at least 1");
        });
    assertEquals(
        new Result(2, List.of(), List.of("try: train: --batch is 0, expected at least 1")),
        refused);
  }

  @Test
  void unreadableDataIsOneLineAndTwo() {
    Path missing = Path.of("no", "such", "file");
    Callable<Integer> body = () -> Files.readString(missing).length();
    assertEquals(new Result(2, List.of(), List.of("try: no such file: " + missing)), run(body));
    Callable<Integer> unchecked =
        () -> {
          try {
            return body.call();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        };
    assertEquals(run(body), run(unchecked));
  }

  @Test
  void ourOwnFaultIsOneLineAndOne() {
    Callable<Integer> body =
        () -> {
          throw new IllegalStateException("kernel: no such arm");
        };
    assertEquals(
        new Result(
            1,
            List.of(),
            List.of(
                "try: java.lang.IllegalStateException: kernel: no such arm; --debug shows where")),
        run(body));
  }

  @Test
  void errorsAreOneLineToo() {
    Result result =
        run(() -> {
          throw new OutOfMemoryError("Java heap space");
        });
    assertEquals(1, result.exit());
    assertEquals(1, result.err().size());
    assertTrue(
        result.err().getFirst().startsWith("try: out of memory (Java heap space); the limit is"),
        result::toString);
  }

  @Test
  void debugShowsTheStackTrace() {
    Callable<Integer> body =
        () -> {
          throw new IOException("disk: full");
        };
    List<String> err = run(body, "--debug").err();
    assertEquals("try: disk: full", err.getFirst());
    assertTrue(
        err.stream().anyMatch(line -> line.contains("at jacquard.examples.cli.CliTest")),
        err::toString);
  }

  @Test
  void subcommandsKnowDebugToo() {
    Callable<Integer> body =
        () -> {
          throw new IOException("disk: full");
        };
    CommandLine sub = new CommandLine(new Try(body)).setCommandName("sub");
    CommandLine line = new CommandLine(new Try(() -> 0)).addSubcommand(sub);
    Result result = run(line, "sub", "--debug");
    assertEquals("try sub: disk: full", result.err().getFirst());
    assertTrue(result.err().size() > 1, result::toString);
  }

  @Test
  void theRootCommandPrintsItsCommandsAndItsVersion() {
    Result bare = run(new CommandLine(new Main()));
    assertEquals(0, bare.exit());
    assertTrue(bare.out().getFirst().startsWith("Usage: jacquard"), bare::toString);
    Result version = run(new CommandLine(new Main()), "--version");
    assertTrue(
        version.out().getFirst().matches("jacquard \\S.*, Java 2[5-9].*"), version::toString);
  }

  private static Result run(Callable<Integer> body, String... arguments) {
    return run(new CommandLine(new Try(body)), arguments);
  }

  private static Result run(CommandLine line, String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err));
    int exit = Cli.run(line, arguments);
    return new Result(exit, out.toString().lines().toList(), err.toString().lines().toList());
  }
}
