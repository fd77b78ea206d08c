// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;

/** A journal with two threads of its own. */
final class RealJournal implements Journal.Listener, AutoCloseable {
  final AtomicLong durable = new AtomicLong();
  final AtomicReference<Exception> failure = new AtomicReference<>();
  final Journal journal;
  private final ExecutorService io = Executors.newSingleThreadExecutor();
  private final ExecutorService owner = Executors.newSingleThreadExecutor();

  RealJournal(Disk disk, Seal seal, Journal.Settings settings) throws IOException {
    journal = onOwner(() -> Journal.open(disk, seal, settings, io, owner, this));
  }

  @Override
  public void onDurable(long index) {
    durable.set(index);
  }

  @Override
  public void onFull(boolean full) {}

  @Override
  public void onFailure(Exception cause) {
    failure.set(cause);
  }

  <T> T onOwner(Callable<T> task) {
    try {
      return owner.submit(task).get(2, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  /** Waits for a stage that completes on the owner's thread. */
  <T> T await(Callable<CompletionStage<T>> stage) {
    try {
      return onOwner(stage).toCompletableFuture().get(2, TimeUnit.MINUTES);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    await(
        () -> {
          journal.close();
          return journal.closed();
        });
    owner.shutdown();
    io.shutdown();
  }
}
