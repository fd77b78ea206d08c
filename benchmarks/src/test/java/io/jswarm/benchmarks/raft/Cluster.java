// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.jswarm.raft.chaos.ClosedLoop;
import java.util.List;
import java.util.concurrent.CompletionStage;

/** Processes that agree, whoever wrote them. */
interface Cluster extends AutoCloseable {
  /** For the table. */
  String name();

  /** A connection that writes values of {@code bytes} bytes to the leader. */
  Writer writer(int bytes, int inFlight);

  /** Writes once to member {@code member}, whether it leads or not; fails if it does not accept. */
  CompletionStage<?> tryWrite(int member);

  /** The member that leads; waits for one. */
  int awaitLeader();

  /** Kills a member with SIGKILL. */
  void kill(int member);

  /** Starts a member that was killed, and waits until it takes part again. */
  void restart(int member);

  /** The process of each member. */
  List<Process> processes();

  @Override
  void close();

  /** Where a load goes to. */
  interface Writer extends ClosedLoop.Target, AutoCloseable {
    @Override
    void close();
  }
}
