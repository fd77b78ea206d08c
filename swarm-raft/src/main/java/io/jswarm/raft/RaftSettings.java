// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import java.time.Duration;

/**
 * How managers agree. Equal on all managers of a cluster, except while it is being changed.
 *
 * @param electionTimeout a follower that hears nothing of the leader for this long, up to twice as
 *     long, asks the others whether they do; a leader that hears of no quorum for twice as long
 *     steps down
 * @param heartbeat how often a leader shows itself; at most a third of the election timeout
 * @param snapshotEntries a snapshot is taken after this many entries of the log
 * @param snapshotBytes or after this many bytes of it
 * @param keptEntries how many entries before a snapshot stay in the log, for followers that lag
 * @param segmentBytes size of one file of the log
 * @param batchBytes entries that wait are put together up to this size
 * @param batchesInFlight how many of those are on their way at once
 * @param selfCheckEntries after this many batches, and when idle, managers compare their states
 */
public record RaftSettings(
    Duration electionTimeout,
    Duration heartbeat,
    int snapshotEntries,
    long snapshotBytes,
    int keptEntries,
    int segmentBytes,
    int batchBytes,
    int batchesInFlight,
    int selfCheckEntries) {

  public RaftSettings {
    if (heartbeat.multipliedBy(3).compareTo(electionTimeout) > 0) {
      throw new IllegalArgumentException(
          "a heartbeat of " + heartbeat + " is too rare for a timeout of " + electionTimeout);
    }
  }

  /** What suits managers in one data centre. */
  public static RaftSettings defaults() {
    return new RaftSettings(
        Duration.ofMillis(500),
        Duration.ofMillis(100),
        10_000,
        64 << 20,
        500,
        16 << 20,
        1 << 20,
        4,
        1_000);
  }

  /** The same with other times. */
  public RaftSettings withTimes(Duration election, Duration beat) {
    return new RaftSettings(
        election,
        beat,
        snapshotEntries,
        snapshotBytes,
        keptEntries,
        segmentBytes,
        batchBytes,
        batchesInFlight,
        selfCheckEntries);
  }

  /** The same with other snapshots and segments; for tests, small ones. */
  public RaftSettings withSnapshots(int entries, long bytes, int kept, int segment) {
    return new RaftSettings(
        electionTimeout,
        heartbeat,
        entries,
        bytes,
        kept,
        segment,
        batchBytes,
        batchesInFlight,
        selfCheckEntries);
  }

  /** The same with self-checks at another pace. */
  public RaftSettings withSelfCheck(int entries) {
    return new RaftSettings(
        electionTimeout,
        heartbeat,
        snapshotEntries,
        snapshotBytes,
        keptEntries,
        segmentBytes,
        batchBytes,
        batchesInFlight,
        entries);
  }
}
