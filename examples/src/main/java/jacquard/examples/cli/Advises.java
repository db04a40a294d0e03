package jacquard.examples.cli;

/// A command that knows what was probably meant by an option that it doesn't have.
public interface Advises {
  /// {@return a clause for the message}
  String onUnknownOption();
}
