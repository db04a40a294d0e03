package jacquard.examples;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
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
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs the launcher in a checkout of its own, among JDKs and a Maven that only say how they were
/// called.
class LauncherTest {

  private record Result(int exit, List<String> out, List<String> err) {}

  @TempDir Path temp;
  private Path checkout;
  private Path jvms;
  private Path bin;
  private final Map<String, String> environment = new HashMap<>();

  @BeforeEach
  void setUp() throws IOException {
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

  @Test
  void aNewEnoughJavaHomeIsTaken() throws Exception {
    fakeMaven(0);
    jdk("a", "25.0.1");
    Path home = jdk("z", "25.0.3");
    environment.put("JAVA_HOME", home.toString());
    assertEquals("java " + home, launch().out().getFirst());
  }

  @Test
  void anOldJavaHomeIsPassedOverForTheJavaOnThePath() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    environment.put("JAVA_HOME", jdk("old", "17.0.15").toString());
    Path other = jdkAt(temp.resolve("else where"), "26-ea");
    Path link = Files.createSymbolicLink(temp.resolve("alternative"), other.resolve("bin/java"));
    Files.createSymbolicLink(bin.resolve("java"), bin.relativize(link));
    assertEquals("java " + other, launch().out().getFirst());
  }

  @Test
  void jdksOfSdkmanAndOfIdesAreFound() throws Exception {
    fakeMaven(0);
    Path ide = jdkAt(temp.resolve("home/.jdks/temurin-25"), "25.0.3");
    assertEquals("java " + ide, launch().out().getFirst());
    Path sdkman = jdkAt(temp.resolve("home/.sdkman/candidates/java/25-tem"), "25.0.3");
    assertEquals("java " + sdkman, launch().out().getFirst());
  }

  @ParameterizedTest
  @CsvSource({
    "25, true",
    "25.0.3, true",
    "26-ea, true",
    "100, true",
    "24.0.2, false",
    "17.0.15, false",
    "1.8.0_292, false",
    "'', false",
    "x, false"
  })
  void theReleaseFileDecides(String version, boolean taken) throws Exception {
    fakeMaven(0);
    jdk("a", version);
    assertEquals(taken ? 0 : 3, launch().exit(), version);
  }

  @Test
  void aRuntimeWithoutCompilerOrVectorModuleIsNotTaken() throws Exception {
    fakeMaven(0);
    Path jdk = jdk("a", "25.0.3");
    Files.writeString(
        jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\nMODULES=\"java.base java.xml\"\n");
    assertEquals(3, launch().exit());
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"");
    assertEquals(0, launch().exit(), "no list of modules, no newline at the end");
    Files.delete(jdk.resolve("bin/javac"));
    assertEquals(3, launch().exit());
  }

  @Test
  void withoutJdkOneLineSaysWhatToInstall() throws Exception {
    fakeMaven(0);
    Result result = launch();
    assertEquals(3, result.exit());
    assertEquals(
        List.of(
            "jacquard: no JDK 25 or newer found: install one (https://adoptium.net)"
                + " or set JAVA_HOME to it"),
        result.err());
    assertEquals(List.of(), result.out());
  }

  @Test
  void withoutMavenOneLineSaysWhatToInstall() throws Exception {
    jdk("a", "25");
    for (String[] call : new String[][] {{"train"}, {"test"}}) {
      Result result = launch(call);
      assertEquals(3, result.exit());
      assertEquals(
          List.of(
              "jacquard: no Maven found: install Maven 3.8 or newer (https://maven.apache.org)"
                  + " so that mvn is on the PATH"),
          result.err());
    }
  }

  @Test
  void buildsOnlyWhenASourceIsNewer() throws Exception {
    fakeMaven(0);
    Path jdk = jdk("a", "25");
    Result first = launch();
    assertEquals(
        List.of("building Jacquard (first time: about a minute)..."), first.err(), "first run");
    assertEquals(
        List.of(
            "mvn under "
                + jdk
                + ": -B -ntp -f "
                + checkout
                + "/pom.xml package -Dlaunch -Dbuild.folder=target/launch"),
        calls());
    assertEquals(List.of(), launch().err());
    assertEquals(1, calls().size(), "nothing changed");

    touch(checkout.resolve("pom.xml"));
    assertEquals(List.of("building Jacquard..."), launch().err());
    source("nn", "B.java");
    launch();
    assertEquals(3, calls().size(), "a new module");
    Files.delete(checkout.resolve("nn/src/main/B.java"));
    launch();
    assertEquals(4, calls().size(), "a source is gone");
    Files.writeString(checkout.resolve("README.md"), "");
    launch();
    assertEquals(4, calls().size(), "not a source");
  }

  @Test
  void aFailedBuildShowsItsErrorsAndStartsNothing() throws Exception {
    fakeMaven(1);
    jdk("a", "25");
    Result result = launch();
    assertEquals(4, result.exit());
    assertEquals(
        List.of(
            "building Jacquard (first time: about a minute)...",
            "[ERROR] tensor/A.java: ';' expected",
            "jacquard: the build failed; all of its output is in "
                + checkout
                + "/target/build.log"),
        result.err());
    assertEquals(List.of(), result.out());
    fakeMaven(0);
    assertEquals(0, launch().exit(), "and it is tried again");
  }

  @Test
  void argumentsAndClassPathArriveUnchanged() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    environment.put("JACQUARD_JAVA_OPTS", "-Xmx1g -Da=b");
    Path link = Files.createSymbolicLink(temp.resolve("link to it"), checkout.resolve("jacquard"));
    Result result = run(temp, link.toString(), "train", "two words", "", "*", "--");
    String app = checkout + "/target/app/";
    assertEquals(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-Djava.awt.headless=true",
            "-XX:+UseG1GC",
            "-XX:MaxNewSize=64m",
            "-Xmx1g",
            "-Da=b",
            "-cp",
            app + "jacquard-bench-1.jar:" + app + "a b.jar:" + app + "jacquard-tensor-1.jar",
            "jacquard.examples.Main",
            "train",
            "two words",
            "",
            "*",
            "--"),
        result.out().subList(1, result.out().size()));
  }

  @Test
  void aCollectorThatIsNamedStays() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    environment.put("JACQUARD_JAVA_OPTS", "-Xmx1g -XX:+UseZGC");
    List<String> out = launch("doctor").out();
    assertTrue(out.contains("-XX:+UseZGC"), out::toString);
    assertFalse(out.contains("-XX:+UseG1GC"), out::toString);
  }

  @Test
  void spaceOfNewObjectsIsBoundedWhereProgramsTrain() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    assertTrue(launch("resume", "runs/a").out().contains("-XX:MaxNewSize=64m"));
    assertTrue(launch("bench", "workloads", "W1").out().contains("-XX:MaxNewSize=64m"));
    assertFalse(launch("doctor").out().contains("-XX:MaxNewSize=64m"));
    environment.put("JACQUARD_JAVA_OPTS", "-Xmn200m");
    assertFalse(launch("train", "gpt").out().contains("-XX:MaxNewSize=64m"));
  }

  @ParameterizedTest
  @CsvSource({
    "C, ANSI_X3.4-1968, UTF-8, C.UTF-8",
    "C, US-ASCII, UTF-8, C.UTF-8",
    "C, ANSI_X3.4-1968, ANSI_X3.4-1968, C",
    "de_DE.UTF-8, UTF-8, UTF-8, de_DE.UTF-8",
    "de_DE.ISO-8859-1, ISO-8859-1, UTF-8, de_DE.ISO-8859-1"
  })
  void whereTheLocaleIsAsciiJavaGetsUtf8(String set, String own, String utf8, String java)
      throws Exception {
    fakeMaven(0);
    script(jdk("a", "25").resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$LC_ALL\"\n");
    script(
        bin.resolve("locale"),
        "#!/bin/sh\ncase $1-$LC_ALL in charmap-C.UTF-8) echo %s ;; *) echo %s ;; esac\n"
            .formatted(utf8, own));
    environment.put("LC_ALL", set);
    assertEquals(List.of(java), launch("sample", "x", "--prompt", "明月").out());
  }

  @Test
  void benchStartsItsOwnMain() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    List<String> out = launch("bench", "workloads", "W1").out();
    assertEquals(
        List.of("jacquard.bench.Main", "workloads", "W1"), out.subList(out.size() - 3, out.size()));
  }

  @Test
  void testPassesArgumentsAndStatusThrough() throws Exception {
    fakeMaven(7);
    Path jdk = jdk("a", "25");
    Result result = launch("test", "-pl", "tensor", "-Dx=a b");
    assertEquals(7, result.exit());
    assertEquals(List.of("mvn under " + jdk + ": -B -ntp verify -pl tensor -Dx=a b"), calls());
    assertTrue(result.out().contains("[ERROR] tensor/A.java: ';' expected"));
  }

  @Test
  void twoStartedTogetherBuildOnce() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    Process one = start(temp, checkout.resolve("jacquard").toString());
    Process two = start(temp, checkout.resolve("jacquard").toString());
    assertEquals(0, finish(one).exit());
    assertEquals(0, finish(two).exit());
    assertEquals(1, calls().size());
  }

  @Test
  void aLockLeftBehindIsTakenOver() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    Process gone = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    gone.waitFor();
    Path app = Files.createDirectories(checkout.resolve("target/app"));
    Path lock = Files.createSymbolicLink(app.resolve("lock"), Path.of("" + gone.pid()));
    assertEquals(0, launch().exit());
    assertFalse(Files.isSymbolicLink(lock));
  }

  @Test
  void aBuiltCheckoutRunsWhereNothingCanBeWritten() throws Exception {
    fakeMaven(0);
    jdk("a", "25");
    launch();
    Path app = checkout.resolve("target/app");
    Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(app), "this user may write everywhere");
      assertEquals(List.of(), launch().err());
      touch(checkout.resolve("pom.xml"));
      Result result = launch();
      assertEquals(0, result.exit());
      assertEquals(
          List.of(
              "jacquard: running the last build: sources are newer, but "
                  + checkout
                  + " is not writable"),
          result.err());
    } finally {
      Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }

  private Path jdk(String name, String version) throws IOException {
    return jdkAt(jvms.resolve(name), version);
  }

  private static Path jdkAt(Path home, String version) throws IOException {
    Files.createDirectories(home.resolve("bin"));
    Files.writeString(
        home.resolve("release"),
        "IMPLEMENTOR=\"A=B\"\nJAVA_VERSION=\""
            + version
            + "\"\nMODULES=\"java.base jdk.incubator.vector\"\n");
    script(
        home.resolve("bin/java"),
        "#!/bin/sh\nprintf '%s\\n' \"java ${0%/bin/java}\"\nprintf '%s\\n' \"$@\"\n");
    script(home.resolve("bin/javac"), "#!/bin/sh\n");
    return home;
  }

  /// A Maven that notes how it was called, then leaves a class path behind or fails.
  private void fakeMaven(int exit) throws IOException {
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

  private List<String> calls() throws IOException {
    return Files.readAllLines(temp.resolve("calls"));
  }

  private void source(String module, String name) throws IOException {
    Path folder = Files.createDirectories(checkout.resolve(module).resolve("src/main"));
    Files.writeString(checkout.resolve(module).resolve("pom.xml"), "<project/>");
    Files.writeString(folder.resolve(name), "class A {}");
  }

  private static void touch(Path file) throws IOException {
    Files.setLastModifiedTime(file, FileTime.from(Instant.now()));
  }

  private static void script(Path file, String text) throws IOException {
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private Result launch(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of(checkout.resolve("jacquard").toString()));
    command.addAll(List.of(arguments));
    return run(temp, command.toArray(String[]::new));
  }

  private Result run(Path folder, String... command) throws Exception {
    return finish(start(folder, command));
  }

  private Process start(Path folder, String... command) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).directory(folder.toFile());
    builder.environment().clear();
    builder.environment().putAll(environment);
    return builder.start();
  }

  private static Result finish(Process process) throws Exception {
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
