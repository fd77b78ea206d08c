// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.jswarm.raft.history.Operation.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class HistoryTest {

  @Test
  void anOperationThatNothingEndsIsUnknownAndStaysOpen() {
    History history = new History();
    Operation write = history.client().write("k", 1);

    assertThat(write.outcome()).isEqualTo(Outcome.UNKNOWN);
    assertThat(write.end()).isEqualTo(Long.MAX_VALUE);
    assertThat(history.operations()).containsExactly(write);
  }

  @Test
  void anOperationEndsOnce() {
    Operation write = new History().client().write("k", 1);
    write.failed();

    assertThatIllegalStateException().isThrownBy(() -> write.written(3));
    assertThat(write.outcome()).isEqualTo(Outcome.FAILED);
  }

  @Test
  void aMillionOperationsOfManyThreadsAreCheapAndComplete() throws InterruptedException {
    int threads = 8;
    int each = 125_000;
    History history = new History();
    ExecutorService clients = Executors.newFixedThreadPool(threads);
    long start = System.nanoTime();
    for (int i = 0; i < threads; i++) {
      clients.execute(
          () -> {
            History.Client client = history.client();
            for (int n = 0; n < each; n++) {
              client.read("k").found(n, n);
            }
          });
    }
    clients.shutdown();
    assertThat(clients.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
    long nanosEach = (System.nanoTime() - start) / ((long) threads * each);

    List<Operation> all = history.operations();
    assertThat(all).hasSize(threads * each);
    assertThat(all).allMatch(operation -> operation.outcome() == Outcome.OK);
    assertThat(all).allMatch(operation -> operation.start() <= operation.end());
    assertThat(nanosEach).isLessThan(5_000);
  }

  @Test
  void operationsMayEndOnAnotherThread() {
    History history = new History();
    History.Client client = history.client();
    List<CompletableFuture<Void>> ends = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      Operation operation = client.read("k");
      ends.add(CompletableFuture.runAsync(() -> operation.found(1, 1)));
    }
    ends.forEach(CompletableFuture::join);

    assertThat(history.operations())
        .hasSize(1_000)
        .allMatch(operation -> operation.readValue() == 1 && operation.end() < Long.MAX_VALUE);
  }
}
