package jacquard.examples.board;

import jacquard.examples.board.Gate.RefusedException;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/// Lets few requests compute at the same time, and some wait for that.
final class Turns {
  private final int most;
  private final Semaphore admitted;
  private final Semaphore computing;

  /// What is done in a turn.
  interface Work {
    void run() throws IOException;
  }

  /// @param atOnce that compute
  /// @param most that compute or wait
  Turns(int atOnce, int most) {
    this.most = most;
    this.computing = new Semaphore(atOnce, true);
    this.admitted = new Semaphore(most);
  }

  /// Does it when it is its turn.
  ///
  /// @throws RefusedException if too many wait already
  void run(Work work) throws IOException, InterruptedException {
    if (!admitted.tryAcquire()) {
      throw new RefusedException(
          503, most + " requests compute or wait for that; ask again when they are answered");
    }
    try {
      computing.acquire();
      try {
        work.run();
      } finally {
        computing.release();
      }
    } finally {
      admitted.release();
    }
  }
}
