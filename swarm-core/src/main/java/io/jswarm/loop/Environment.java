// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.time.Duration;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;

/**
 * Everything a node takes from the world around it except its disk and its network: time,
 * randomness, ids, threads. {@link #system()} is the real one; {@link SimulatedEnvironment}
 * replaces all of it by a seed.
 *
 * @param time clock of everything outside a turn; loop code uses the loop's own reading
 * @param random root of all randomness; split it per owner
 * @param ids object ids
 * @param loops makes event loops
 * @param blocking runs work that may block (disk, Docker, processes); results hop back to a loop
 * @param simulated whether this is a simulated world, in which any failure ends the run
 * @param awaiter how a caller outside all loops waits for a result
 */
public record Environment(
    TimeSource time,
    RandomSource random,
    IdGenerator ids,
    EventLoop.Factory loops,
    Executor blocking,
    boolean simulated,
    Awaiter awaiter)
    implements AutoCloseable {

  /** The real world. Owns threads: {@link #close()} ends those of {@link #blocking()}. */
  public static Environment system() {
    return SystemEnvironment.create();
  }

  /** Ends the threads of {@link #blocking()}; loops are closed by whoever created them. */
  @Override
  public void close() {
    if (blocking instanceof SystemEnvironment.BlockingPool pool) {
      pool.close();
    }
  }

  /** How blocking calls wait: really, or by letting virtual time run. */
  @FunctionalInterface
  public interface Awaiter {
    /**
     * Waits for {@code stage}; never call it on a loop.
     *
     * @return true when the stage has completed either way, false when {@code timeout} passed first
     */
    boolean await(CompletionStage<?> stage, Duration timeout);
  }
}
