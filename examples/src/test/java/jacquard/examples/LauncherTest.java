package jacquard.examples;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Runs the launcher in a checkout of its own, among JDKs and a Maven that only say how they were
/// called.
class LauncherTest {
  @TempDir Path temp;
  private FakeCheckout checkout;

  @BeforeEach
  void setUp() throws IOException {
    checkout = new FakeCheckout(temp);
  }

  @Test
  void aNewEnoughJavaHomeIsTaken() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25.0.1");
    Path home = checkout.jdk("z", "25.0.3");
    checkout.environment().put("JAVA_HOME", home.toString());
    assertEquals("java " + home, checkout.launch().out().getFirst());
  }

  @Test
  void anOldJavaHomeIsPassedOverForTheJavaOnThePath() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    checkout.environment().put("JAVA_HOME", checkout.jdk("old", "17.0.15").toString());
    Path other = FakeCheckout.jdkAt(temp.resolve("else where"), "26-ea");
    Path link = Files.createSymbolicLink(temp.resolve("alternative"), other.resolve("bin/java"));
    Files.createSymbolicLink(checkout.bin().resolve("java"), checkout.bin().relativize(link));
    assertEquals("java " + other, checkout.launch().out().getFirst());
  }

  @Test
  void jdksOfSdkmanAndOfIdesAreFound() throws Exception {
    checkout.maven(0);
    Path ide = FakeCheckout.jdkAt(temp.resolve("home/.jdks/temurin-25"), "25.0.3");
    assertEquals("java " + ide, checkout.launch().out().getFirst());
    Path sdkman = FakeCheckout.jdkAt(temp.resolve("home/.sdkman/candidates/java/25-tem"), "25.0.3");
    assertEquals("java " + sdkman, checkout.launch().out().getFirst());
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
    checkout.maven(0);
    checkout.jdk("a", version);
    assertEquals(taken ? 0 : 3, checkout.launch().exit(), version);
  }

  @Test
  void aRuntimeWithoutCompilerOrVectorModuleIsNotTaken() throws Exception {
    checkout.maven(0);
    Path jdk = checkout.jdk("a", "25.0.3");
    Files.writeString(
        jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\nMODULES=\"java.base java.xml\"\n");
    assertEquals(3, checkout.launch().exit());
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"");
    assertEquals(0, checkout.launch().exit(), "no list of modules, no newline at the end");
    Files.delete(jdk.resolve("bin/javac"));
    assertEquals(3, checkout.launch().exit());
  }

  @Test
  void withoutJdkOneLineSaysWhatToInstall() throws Exception {
    checkout.maven(0);
    FakeCheckout.Result result = checkout.launch();
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
    checkout.jdk("a", "25");
    for (String[] call : new String[][] {{"train"}, {"test"}}) {
      FakeCheckout.Result result = checkout.launch(call);
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
    checkout.maven(0);
    Path jdk = checkout.jdk("a", "25");
    FakeCheckout.Result first = checkout.launch();
    assertEquals(
        List.of("building Jacquard (first time: about a minute)..."), first.err(), "first run");
    assertEquals(
        List.of(
            "mvn under "
                + jdk
                + ": -B -ntp -f "
                + checkout.path()
                + "/pom.xml package -Dlaunch -Dbuild.folder=target/launch"),
        checkout.calls());
    assertEquals(List.of(), checkout.launch().err());
    assertEquals(1, checkout.calls().size(), "nothing changed");

    FakeCheckout.touch(checkout.path().resolve("pom.xml"));
    assertEquals(List.of("building Jacquard..."), checkout.launch().err());
    checkout.source("nn", "B.java");
    checkout.launch();
    assertEquals(3, checkout.calls().size(), "a new module");
    Files.delete(checkout.path().resolve("nn/src/main/B.java"));
    checkout.launch();
    assertEquals(4, checkout.calls().size(), "a source is gone");
    Files.writeString(checkout.path().resolve("README.md"), "");
    checkout.launch();
    assertEquals(4, checkout.calls().size(), "not a source");
  }

  @Test
  void aFailedBuildShowsItsErrorsAndStartsNothing() throws Exception {
    checkout.maven(1);
    checkout.jdk("a", "25");
    FakeCheckout.Result result = checkout.launch();
    assertEquals(4, result.exit());
    assertEquals(
        List.of(
            "building Jacquard (first time: about a minute)...",
            "[ERROR] tensor/A.java: ';' expected",
            "jacquard: the build failed; all of its output is in "
                + checkout.path()
                + "/target/build.log"),
        result.err());
    assertEquals(List.of(), result.out());
    checkout.maven(0);
    assertEquals(0, checkout.launch().exit(), "and it is tried again");
  }

  @Test
  void argumentsAndClassPathArriveUnchanged() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    checkout.environment().put("JACQUARD_JAVA_OPTS", "-Xmx1g -Da=b");
    Path link =
        Files.createSymbolicLink(temp.resolve("link to it"), checkout.path().resolve("jacquard"));
    FakeCheckout.Result result =
        checkout.run(temp, link.toString(), "train", "two words", "", "*", "--");
    String app = checkout.path() + "/target/app/";
    assertEquals(
        List.of(
            "--add-modules",
            "jdk.incubator.vector",
            "--enable-native-access=ALL-UNNAMED",
            "-XX:SharedArchiveFile=" + app + "classes.jsa",
            "-Xlog:cds*=off",
            "-Xlog:aot*=off",
            "-Djava.awt.headless=true",
            "-XX:CompileCommand=quiet",
            "-XX:CompileCommand=MaxNodeLimit,jacquard/kernels/cpu/emit/InterimLoop*.run,1000",
            "-XX:CompileCommand=MaxNodeLimit,jdk/internal/classfile/impl/*.*,1000",
            "-XX:+UseG1GC",
            "-XX:MaxNewSize=32m",
            "-XX:GCTimeRatio=1",
            "-XX:InitialRAMPercentage=4",
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
  void classesAreArchivedAfterEachBuildIfTheJdkCan() throws Exception {
    checkout.maven(0);
    Path jdk = checkout.jdk("a", "25");
    checkout.launch("doctor");
    Path archive = checkout.path().resolve("target/app/classes.jsa");
    String how = Files.readString(archive);
    assertTrue(
        how.contains(" -cp " + checkout.path() + "/target/app/jacquard-bench-1.jar:")
            && how.contains("--add-modules jdk.incubator.vector")
            && how.contains(" jacquard.bench.Main workloads "),
        how);
    Files.writeString(archive, "of the last build");
    assertTrue(checkout.launch().out().contains("-XX:SharedArchiveFile=" + archive));
    assertEquals("of the last build", Files.readString(archive));
    FakeCheckout.touch(checkout.path().resolve("pom.xml"));
    checkout.launch();
    assertEquals(how, Files.readString(archive));

    Files.writeString(jdk.resolve("bin/no-archive"), "");
    FakeCheckout.touch(checkout.path().resolve("pom.xml"));
    FakeCheckout.Result result = checkout.launch("doctor");
    assertEquals(0, result.exit());
    assertEquals(List.of("building Jacquard..."), result.err());
    assertFalse(Files.exists(archive), "it is of older jars");
    assertFalse(String.join(" ", result.out()).contains("SharedArchiveFile"));
  }

  @Test
  void aCollectorThatIsNamedStays() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    checkout.environment().put("JACQUARD_JAVA_OPTS", "-Xmx1g -XX:+UseZGC");
    List<String> out = checkout.launch("doctor").out();
    assertTrue(out.contains("-XX:+UseZGC"), out::toString);
    assertFalse(out.contains("-XX:+UseG1GC"), out::toString);
  }

  @Test
  void spaceOfNewObjectsIsBoundedWhereProgramsTrain() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    assertTrue(checkout.launch("resume", "runs/a").out().contains("-XX:MaxNewSize=32m"));
    assertTrue(checkout.launch("bench", "workloads", "W1").out().contains("-XX:MaxNewSize=32m"));
    assertTrue(checkout.launch("bench", "workloads").out().contains("-XX:MaxNewSize=32m"));
    assertFalse(checkout.launch("doctor").out().contains("-XX:MaxNewSize=32m"));
    checkout.environment().put("JACQUARD_JAVA_OPTS", "-Xmn200m");
    assertFalse(checkout.launch("train", "gpt").out().contains("-XX:MaxNewSize=32m"));
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
    checkout.maven(0);
    FakeCheckout.script(
        checkout.jdk("a", "25").resolve("bin/java"), "#!/bin/sh\nprintf '%s\\n' \"$LC_ALL\"\n");
    FakeCheckout.script(
        checkout.bin().resolve("locale"),
        "#!/bin/sh\ncase $1-$LC_ALL in charmap-C.UTF-8) echo %s ;; *) echo %s ;; esac\n"
            .formatted(utf8, own));
    checkout.environment().put("LC_ALL", set);
    assertEquals(List.of(java), checkout.launch("sample", "x", "--prompt", "明月").out());
  }

  @Test
  void benchStartsItsOwnMain() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    List<String> out = checkout.launch("bench", "workloads", "W1").out();
    assertEquals(
        List.of("jacquard.bench.Main", "workloads", "W1"), out.subList(out.size() - 3, out.size()));
  }

  @Test
  void testPassesArgumentsAndStatusThrough() throws Exception {
    checkout.maven(7);
    Path jdk = checkout.jdk("a", "25");
    FakeCheckout.Result result = checkout.launch("test", "-pl", "tensor", "-Dx=a b");
    assertEquals(7, result.exit());
    assertEquals(
        List.of("mvn under " + jdk + ": -B -ntp verify -pl tensor -Dx=a b"), checkout.calls());
    assertTrue(result.out().contains("[ERROR] tensor/A.java: ';' expected"));
  }

  @Test
  void twoStartedTogetherBuildOnce() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    Process one = checkout.start(temp, checkout.path().resolve("jacquard").toString());
    Process two = checkout.start(temp, checkout.path().resolve("jacquard").toString());
    assertEquals(0, FakeCheckout.finish(one).exit());
    assertEquals(0, FakeCheckout.finish(two).exit());
    assertEquals(1, checkout.calls().size());
  }

  @Test
  void aLockLeftBehindIsTakenOver() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    Process gone = new ProcessBuilder("/bin/sh", "-c", "exit 0").start();
    gone.waitFor();
    Path app = Files.createDirectories(checkout.path().resolve("target/app"));
    Path lock = Files.createSymbolicLink(app.resolve("lock"), Path.of("" + gone.pid()));
    assertEquals(0, checkout.launch().exit());
    assertFalse(Files.isSymbolicLink(lock));
  }

  @Test
  void aBuiltCheckoutRunsWhereNothingCanBeWritten() throws Exception {
    checkout.maven(0);
    checkout.jdk("a", "25");
    checkout.launch();
    Path app = checkout.path().resolve("target/app");
    Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("r-xr-xr-x"));
    try {
      assumeFalse(Files.isWritable(app), "this user may write everywhere");
      assertEquals(List.of(), checkout.launch().err());
      FakeCheckout.touch(checkout.path().resolve("pom.xml"));
      FakeCheckout.Result result = checkout.launch();
      assertEquals(0, result.exit());
      assertEquals(
          List.of(
              "jacquard: running the last build: sources are newer, but "
                  + checkout.path()
                  + " is not writable"),
          result.err());
    } finally {
      Files.setPosixFilePermissions(app, PosixFilePermissions.fromString("rwxr-xr-x"));
    }
  }
}
