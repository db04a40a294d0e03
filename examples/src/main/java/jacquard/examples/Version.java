package jacquard.examples;

import picocli.CommandLine.IVersionProvider;

/// What `--version` prints: the version of the jar this class came from, and of the Java under it.
public final class Version implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = Version.class.getPackage().getImplementationVersion();
    return new String[] {
      "jacquard %s, Java %s, %s %s"
          .formatted(
              version == null ? "(not from a jar)" : version,
              Runtime.version(),
              System.getProperty("os.name"),
              System.getProperty("os.arch"))
    };
  }
}
