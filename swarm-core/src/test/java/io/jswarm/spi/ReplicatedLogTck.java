// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.InvalidSpecException;
import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.spi.RecordingMachine.Numbered;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link ReplicatedLog} must do when a single manager runs it. Subclass it, give it your
 * log; a log of several managers adds tests of its own.
 */
public abstract class ReplicatedLogTck {
  private static final long SECONDS = 20;

  private final CompletableFuture<Long> leading = new CompletableFuture<>();
  private final RecordingMachine machine =
      new RecordingMachine(() -> Thread.currentThread() == ownerThread());
  private ExecutorService owner;
  private volatile Thread ownerThread;
  private ReplicatedLog log;

  private Thread ownerThread() {
    return ownerThread;
  }

  /** A new log of a cluster of one that has not been started. */
  protected abstract ReplicatedLog newLog() throws Exception;

  @BeforeEach
  void startOne() throws Exception {
    owner =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread thread = new Thread(task, "owner");
              thread.setDaemon(true);
              ownerThread = thread;
              return thread;
            });
    log = newLog();
    log.start(owner, machine, new Leadership());
  }

  @AfterEach
  void stop() {
    log.close();
    owner.shutdownNow();
  }

  @Test
  void aSingleManagerBecomesLeaderByItself() throws Exception {
    assertThat(get(leading)).isPositive();
  }

  @Test
  void entriesAreAppliedOnceInTheOrderProposed() throws Exception {
    get(leading);
    List<CompletableFuture<Long>> proposals = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      proposals.add(log.propose(new Numbered(i, 16)).toCompletableFuture());
    }

    List<Long> indexes = new ArrayList<>();
    for (CompletableFuture<Long> proposal : proposals) {
      indexes.add(get(proposal));
    }

    List<Integer> expected = new ArrayList<>();
    for (int i = 0; i < 1_000; i++) {
      expected.add(i);
    }
    assertThat(machine.values()).containsExactlyElementsOf(expected);
    assertThat(indexes)
        .isSorted()
        .doesNotHaveDuplicates()
        .startsWith(1L)
        .endsWith(machine.position());
  }

  @Test
  void aProposalCompletesAfterItsEntryWasAppliedOnTheOwner() throws Exception {
    get(leading);
    for (int i = 0; i < 100; i++) {
      int value = i;
      CompletableFuture<List<Object>> observed = new CompletableFuture<>();
      owner.execute(
          () ->
              log.propose(new Numbered(value, 16))
                  .whenComplete(
                      (index, error) ->
                          observed.complete(
                              List.of(
                                  machine.values().contains(value),
                                  Thread.currentThread() == ownerThread))));

      assertThat(get(observed)).containsExactly(true, true);
    }
  }

  @Test
  void callbacksComeOneAtATimeOnTheOwner() throws Exception {
    get(leading);
    for (int i = 0; i < 200; i++) {
      log.propose(new Numbered(i, 16));
    }
    get(log.propose(new Numbered(200, 16)).toCompletableFuture());

    assertThat(machine.wrong()).isEmpty();
  }

  @Test
  void anEntryOfTheLargestSizeIsAcceptedAndALargerOneIsRefused() throws Exception {
    get(leading);
    int limit = Math.min(log.maxEntryBytes(), 4 << 20);
    assertThat(log.maxEntryBytes()).isGreaterThanOrEqualTo(1 << 20);

    get(log.propose(new Numbered(1, limit)).toCompletableFuture());

    assertThatThrownBy(
            () -> get(log.propose(new Numbered(2, log.maxEntryBytes() + 1)).toCompletableFuture()))
        .isInstanceOf(InvalidSpecException.class);
    get(log.propose(new Numbered(3, 16)).toCompletableFuture());
    assertThat(machine.values()).containsExactly(1, 3);
  }

  @Test
  void afterCloseProposalsFailAndNothingIsApplied() throws Exception {
    get(leading);
    get(log.propose(new Numbered(1, 16)).toCompletableFuture());
    log.close();
    log.close();

    assertThatThrownBy(() -> get(log.propose(new Numbered(2, 16)).toCompletableFuture()))
        .isInstanceOfAny(NotLeaderException.class, UnavailableException.class);
    assertThat(machine.values()).containsExactly(1);
  }

  @Test
  void aLogIsStartedOnlyOnce() {
    assertThatThrownBy(() -> log.start(owner, machine, new Leadership()))
        .isInstanceOf(IllegalStateException.class);
  }

  private static <T> T get(CompletableFuture<T> future) throws Exception {
    try {
      return future.get(SECONDS, TimeUnit.SECONDS);
    } catch (ExecutionException | CompletionException e) {
      throw (Exception) e.getCause();
    } catch (TimeoutException e) {
      throw new AssertionError("nothing after " + SECONDS + " s", e);
    }
  }

  private final class Leadership implements ReplicatedLog.LeadershipListener {
    @Override
    public void onLeading(long term) {
      leading.complete(term);
    }

    @Override
    public void onFollowing(Optional<String> leader) {}

    @Override
    public void onStopped(SwarmException cause) {}
  }
}
