// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.CommandResponse;
import io.atomix.protocols.raft.session.RaftSession;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Bug 15: the session's request sequence is raised by the server's thread and the state machine's,
 * without a lock; when one raise is lost, the next command waits for one that came long ago.
 */
class ParkedCommandTest {

  @Test
  void aRaiseOfTheSequenceIsLost() throws InterruptedException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      RaftSession session = server.context().getSessions().getSession(server.session());
      AtomicLong lostAt = new AtomicLong(-1);
      // As LeaderRole.onCommand does it, which then expects the next.
      Thread raft =
          new Thread(
              () -> {
                long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
                long sequence = 0;
                // Reading lostAt makes each turn see what the other thread wrote.
                while (lostAt.get() < 0 && System.nanoTime() < end) {
                  if (session.nextRequestSequence() != sequence + 1) {
                    lostAt.set(sequence);
                  }
                  sequence++;
                  session.setRequestSequence(sequence);
                }
                lostAt.compareAndSet(-1, 0);
              });
      // As RaftSession.registerResult does it for an earlier command.
      Thread state =
          new Thread(
              () -> {
                while (lostAt.get() < 0) {
                  session.setRequestSequence(0);
                }
              });
      raft.start();
      state.start();
      raft.join();
      state.join();

      assertThat(lostAt).hasPositiveValue();
    }
  }

  @Test
  void aCommandAfterAGapIsNeverAnswered() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.started("a");
      server.write("one");

      CompletableFuture<CommandResponse> parked = server.command(server.session(), 3, "three");
      server.drainState();

      assertThat(parked).isNotDone();
      assertThat(server.lines()).containsExactly("one");
    }
  }
}
