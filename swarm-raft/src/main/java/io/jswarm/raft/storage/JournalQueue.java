// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Compact;
import io.jswarm.raft.storage.JournalOperation.Flush;
import io.jswarm.raft.storage.JournalOperation.Mark;
import io.jswarm.raft.storage.JournalOperation.Round;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What the journal's owner asked for and the writer has not done. All of it makes one round, and
 * the next round begins when the owner has heard of the end of the one before. Owner's thread.
 */
final class JournalQueue {
  private final JournalWriter writer;
  private final Executor io;
  private final Executor owner;
  private final Function<Round, Runnable> finished;
  private final ArrayDeque<JournalOperation> waiting = new ArrayDeque<>();

  /** One for each flush among the operations, in the same order. */
  private final ArrayDeque<CompletableFuture<@Nullable Void>> flushes = new ArrayDeque<>();

  private final CompletableFuture<@Nullable Void> closed = new CompletableFuture<>();

  /** Goes before all else: it makes space. 0 for none. */
  private long compactTo;

  /** Of what the writer has been given, what is not to be given again. */
  private Predicate<JournalOperation> removed = operation -> false;

  private boolean busy;
  private boolean closing;
  private @Nullable Exception failure;

  /**
   * Creates the queue.
   *
   * @param finished takes over what was written; what it returns is run when the next round has
   *     begun
   */
  JournalQueue(
      JournalWriter writer, Executor io, Executor owner, Function<Round, Runnable> finished) {
    this.writer = writer;
    this.io = io;
    this.owner = owner;
    this.finished = finished;
  }

  /** Lets the writer prepare the spare segment. */
  void start() {
    startRound();
  }

  void add(JournalOperation operation) {
    waiting.add(operation);
    pump();
  }

  /** Tries again what waits for space; a queue at rest has the watermark written. */
  void retry() {
    if (waiting.isEmpty() && failure == null) {
      waiting.add(new Mark());
    }
    pump();
  }

  /** Takes back what the writer has not done yet; what it is about to do may happen. */
  void remove(Predicate<JournalOperation> which) {
    waiting.removeIf(which);
    removed = removed.or(which);
  }

  void compactTo(long newFirst) {
    compactTo = newFirst;
    pump();
  }

  CompletionStage<@Nullable Void> flush() {
    CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    flushes.add(done);
    add(new Flush());
    return done;
  }

  private boolean isIdle() {
    return !busy && waiting.isEmpty();
  }

  /** Throws after a failure, or when closed. */
  void requireAlive() {
    if (failure != null || closing) {
      throw new IllegalStateException(
          failure == null ? "the journal is closed" : "the journal failed before", failure);
    }
  }

  private void pump() {
    if (!busy && !closing && failure == null && (compactTo > 0 || !waiting.isEmpty())) {
      startRound();
    }
  }

  private void startRound() {
    List<JournalOperation> operations = new ArrayList<>(waiting.size() + 1);
    if (compactTo > 0) {
      operations.add(new Compact(compactTo));
      compactTo = 0;
    }
    operations.addAll(waiting);
    waiting.clear();
    Round round = new Round(operations);
    removed = operation -> false;
    busy = true;
    io.execute(
        () -> {
          writer.run(round);
          owner.execute(() -> finish(round));
        });
  }

  @SuppressWarnings("CollectionUndefinedEquality") // by identity, as futures are
  private void finish(Round round) {
    busy = false;
    if (closing) {
      return;
    }
    failure = round.failure;
    putBack(round.operations.subList(round.done, round.operations.size()));
    Runnable tell = finished.apply(round);
    if (round.failure != null) {
      failFlushes(round.failure);
      tell.run();
      return;
    }
    boolean blocked = round.done < round.operations.size() && round.full;
    if (!blocked) {
      pump();
    }
    if (isIdle() && round.unprepared && !round.full) {
      startRound();
    }
    tell.run();
    for (JournalOperation operation : round.operations.subList(0, round.done)) {
      if (operation instanceof Flush) {
        flushes.removeFirst().complete(null);
      }
    }
  }

  private void putBack(List<JournalOperation> rest) {
    for (int i = rest.size() - 1; i >= 0; i--) {
      if (!removed.test(rest.get(i))) {
        waiting.addFirst(rest.get(i));
      }
    }
  }

  void close() {
    if (closing) {
      return;
    }
    closing = true;
    failFlushes(new IllegalStateException("the journal is closed"));
    io.execute(() -> writer.close(closed));
  }

  CompletionStage<@Nullable Void> closed() {
    return closed;
  }

  private void failFlushes(Exception cause) {
    List<CompletableFuture<@Nullable Void>> failed = List.copyOf(flushes);
    flushes.clear();
    failed.forEach(each -> each.completeExceptionally(cause));
  }
}
