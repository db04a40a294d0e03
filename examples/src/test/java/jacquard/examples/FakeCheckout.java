package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A checkout with the launcher and nothing else that is real: JDKs and a Maven that only say how
/// they were called.
final class FakeCheckout {
  record Result(int exit, List<String> out, List<String> err) {}

  private final Path temp;
  private final Path checkout;
  private final Path jvms;
  private final Path bin;
  private final Map<String, String> environment = new HashMap<>();

  /// @param temp an empty folder
  FakeCheckout(Path temp) throws IOException {
    this.temp = temp;
    Path real = realLauncher();
    assumeTrue(
        Files.isExecutable(Path.of("/bin/sh")), "no /bin/sh: the launcher is not for this system");
    checkout = Files.createDirectories(temp.resolve("check out"));
    jvms = Files.createDirectories(temp.resolve("jvm"));
    bin = Files.createDirectories(temp.resolve("bin"));
    String text = Files.readString(real);
    String isolated =
        text.replace("/usr/lib/jvm/", jvms + "/").replace(" /Library/", " " + temp + "/Library/");
    assertFalse(isolated.equals(text), "the launcher looks in /usr/lib/jvm");
    script(checkout.resolve("jacquard"), isolated);
    for (String tool :
        List.of("cp", "find", "grep", "head", "ln", "mkdir", "mv", "readlink", "rm", "sleep")) {
      script(bin.resolve(tool), "#!/bin/sh\nexec " + onThisMachine(tool) + " \"$@\"\n");
    }
    Files.writeString(checkout.resolve("pom.xml"), "<project/>");
    source("tensor", "A.java");
    environment.put("PATH", bin.toString());
    environment.put("HOME", temp.resolve("home").toString());
  }

  Path path() {
    return checkout;
  }

  /// The only folder on the `PATH`.
  Path bin() {
    return bin;
  }

  Map<String, String> environment() {
    return environment;
  }

  Path jdk(String name, String version) throws IOException {
    return jdkAt(jvms.resolve(name), version);
  }

  static Path jdkAt(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"A=B\"\nJAVA_VERSION=\""
            + version
            + "\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
    script(
        home.resolve("bin/java"),
        """
        #!/bin/sh
        for word; do
          case $word in -XX:ArchiveClassesAtExit=*)
            [ -e "${0%/java}/no-archive" ] || echo "$*" >"${word#*=}"
            exit
            ;;
          esac
        done
        printf '%s\\n' "java ${0%/bin/java}"
        printf '%s\\n' "$@"
        """);
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  /// A Maven that notes how it was called, then leaves a class path behind or fails.
  void maven(int exit) throws IOException {
    String lib = "'" + checkout + "/bench/target/launch/lib'";
    script(
        bin.resolve("mvn"),
        """
        #!/bin/sh
        echo "mvn under $JAVA_HOME: $*" >>'%s'
        if [ %d != 0 ]; then
          echo "[INFO] noise"; echo "[ERROR] tensor/A.java: ';' expected"; exit %d
        fi
        mkdir -p %s
        echo 1 >%s/jacquard-tensor-1.jar
        echo 1 >%s/'a b.jar'
        echo 1 >%s/../jacquard-bench-1.jar
        """
            .formatted(temp.resolve("calls"), exit, exit, lib, lib, lib, lib));
  }

  List<String> calls() throws IOException {
    return Files.readAllLines(temp.resolve("calls"));
  }

  void source(String module, String name) throws IOException {
    Path folder = Files.createDirectories(checkout.resolve(module).resolve("src/main"));
    Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
    Files.writeString(folder.resolve(name), "class A {}");
  }

  static void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  Result launch(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("jacquard").toString()));
    command.addAll(List.of(arguments));
    return run(temp, command.toArray(String[]::new));
  }

  Result run(Path folder, String... command) throws Exception {
    return finish(start(folder, command));
  }

  Process start(Path folder, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  static Result finish(Process process) throws Exception {
    process.getOutputStream().close();
    List<String> out = new String(process.getInputStream().readAllBytes(), UTF_8).lines().toList();
    List<String> err = new String(process.getErrorStream().readAllBytes(), UTF_8).lines().toList();
    assertTrue(process.waitFor(1, TimeUnit.MINUTES), "the launcher hangs");
    return new Result(process.exitValue(), out, err);
  }

  private static Path onThisMachine(String tool) {
    return Stream.of("/usr/bin", "/bin")
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new AssertionError("no " + tool + " on this machine"));
  }

  private static Path realLauncher() {
    for (Path p = Path.of("").toAbsolutePath(); p != null; p = p.getParent()) {
      if (Files.isRegularFile(p.resolve("jacquard")) && Files.isDirectory(p.resolve("tensor"))) {
        return p.resolve("jacquard");
      }
    }
    throw new AssertionError("no launcher above " + Path.of("").toAbsolutePath());
  }
}
