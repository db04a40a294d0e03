package jacquard.examples.cli;

import picocli.CommandLine.IVersionProvider;

/// What `--version` prints: the version of the jar this class came from, and of the Java under it.
public final class Version implements IVersionProvider {

  /// For picocli.
  public Version() {}

  /// {@return the version of the jar this class came from}
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "(not from a jar)" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {
      "jacquard %s, Java %s, %s %s"
          .formatted(
              number(),
              Runtime.version(),
              System.getProperty("os.name"),
              System.getProperty("os.arch"))
    };
  }
}
