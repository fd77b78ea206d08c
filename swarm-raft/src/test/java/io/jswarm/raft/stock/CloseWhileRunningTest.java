// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.opening;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** Bug 26: closing does not wait for the threads that use what it closes. */
class CloseWhileRunningTest {

  @Test
  void aMessageIsHandledAfterCloseReturned() throws InterruptedException {
    try (StockCluster cluster = new StockCluster()) {
      StockServer server = cluster.lone("c", "a", "b");
      server.answer(append(1, "a", 0, 0, 0));
      CountDownLatch running = new CountDownLatch(1);
      AtomicBoolean closed = new AtomicBoolean();
      CompletableFuture<Throwable> outcome = new CompletableFuture<>();
      server
          .context()
          .getThreadContext()
          .execute(
              () -> {
                running.countDown();
                while (!closed.get()) {
                  Thread.onSpinWait();
                }
                try {
                  server.context().getRaftRole().onAppend(append(1, "a", 0, 0, 0, opening(1)));
                  outcome.complete(null);
                } catch (RuntimeException e) {
                  outcome.complete(e);
                }
              });
      running.await();

      server.close();
      closed.set(true);

      assertThat(Waiting.get(outcome))
          .isInstanceOf(IllegalStateException.class)
          .hasMessage("journal not open");
    }
  }
}
