// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import com.google.common.util.concurrent.MoreExecutors;
import io.jswarm.FailedPreconditionException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.raft.storage.Disk;
import io.jswarm.raft.storage.Seal;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/**
 * A replicated log on the Raft of Atomix 3.1, with storage, transport, timers and snapshots of our
 * own: see docs/adr and docs/raft-hazards.md for what that is good for.
 *
 * <p>Layout of its directory: {@code key} holds the data key with which everything else is sealed;
 * {@code log} holds log segments, snapshots, and who this manager is and voted for.
 *
 * <p>Thread-safe.
 */
public final class AtomixReplicatedLog implements ReplicatedLog {
  private static final Duration CLOSING = Duration.ofSeconds(10);

  private final Settings where;
  private final RaftSettings settings;
  private final Place place;
  private final EventLoop loop;
  private volatile @Nullable Engine engine;
  private volatile @Nullable Executor owner;
  private @Nullable Disk disk;
  private volatile @Nullable Seal seal;
  private final Executor locking;
  private boolean started;
  private boolean closed;

  /** Where the files are; a simulation has them in memory. */
  interface Place {
    Disk disk() throws IOException;

    Seal seal() throws IOException;
  }

  AtomixReplicatedLog(Settings where, RaftSettings settings) {
    this(where, settings, new Directory(where.directory(), where.unlockKey()));
  }

  AtomixReplicatedLog(Settings where, RaftSettings settings, Place place) {
    this.where = where;
    this.settings = settings;
    this.place = place;
    this.locking = MoreExecutors.newSequentialExecutor(where.environment().blocking());
    this.loop = where.environment().loops().create("raft-" + where.nodeId());
  }

  @Override
  public synchronized void start(
      Executor owner, StateMachine machine, LeadershipListener leadership) {
    if (started || closed) {
      throw new IllegalStateException("this log has been started already");
    }
    started = true;
    this.owner = owner;
    try {
      Disk open = place.disk();
      disk = open;
      Seal opened = place.seal();
      seal = opened;
      Engine created = new Engine(where, settings, open, opened, loop, owner, machine, leadership);
      engine = created;
      created.start();
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "the replicated log in " + where.directory() + " cannot be opened: " + e.getMessage(), e);
    }
  }

  @Override
  public CompletionStage<Long> propose(Entry entry) {
    Engine running = engine;
    return running == null ? notRunning() : running.propose(entry);
  }

  @Override
  public CompletionStage<Long> barrier() {
    Engine running = engine;
    return running == null ? notRunning() : running.barrier();
  }

  private static CompletionStage<Long> notRunning() {
    return CompletableFuture.failedFuture(
        new UnavailableException("the replicated log has not been started"));
  }

  @Override
  public int maxEntryBytes() {
    Engine running = engine;
    return running == null ? Engine.MAX_ENTRY_BYTES : running.maxEntryBytes();
  }

  @Override
  public CompletionStage<Void> lock(@Nullable SecretKey unlockKey) {
    CompletableFuture<Void> done = new CompletableFuture<>();
    Seal opened = seal;
    if (opened == null) {
      done.completeExceptionally(
          new UnavailableException("the replicated log has not been started"));
      return done;
    }
    locking.execute(
        () -> {
          try {
            opened.lock(unlockKey);
            done.complete(null);
          } catch (IOException | RuntimeException e) {
            done.completeExceptionally(
                new UnavailableException("the keys of the log cannot be locked: " + e, e));
          }
        });
    return done;
  }

  @Override
  public Optional<ManagerGroup> group() {
    Engine running = engine;
    return running == null ? Optional.empty() : Optional.of(running.membership());
  }

  /**
   * Hands leadership on and stops taking part. Waits for that, unless it is called on the owner or
   * another loop, which would wait for itself.
   */
  @Override
  public void close() {
    Engine running;
    synchronized (this) {
      closed = true;
      running = engine;
    }
    CompletableFuture<Void> ended =
        running == null ? CompletableFuture.completedFuture(null) : running.close();
    CompletableFuture<Void> gone = ended.whenComplete((unused, error) -> release());
    if (!loop.inLoop() && !(owner instanceof EventLoop busy && busy.inLoop())) {
      where.environment().awaiter().await(gone, CLOSING);
    }
  }

  @Override
  public void abort() {
    Engine running = engine;
    if (running != null) {
      running.abort();
    }
  }

  /** For tests, which crash managers. */
  @Nullable Engine engine() {
    return engine;
  }

  /** For tests, which crash managers. */
  EventLoop loop() {
    return loop;
  }

  private synchronized void release() {
    Disk open = disk;
    disk = null;
    if (open != null) {
      try {
        open.close();
      } catch (IOException e) {
        throw new java.io.UncheckedIOException(e);
      }
    }
    loop.close();
  }

  private record Directory(Path path, @Nullable SecretKey unlockKey) implements Place {
    @Override
    public Disk disk() throws IOException {
      return Disk.directory(path.resolve("log"));
    }

    @Override
    public Seal seal() throws IOException {
      Files.createDirectories(path);
      return Seal.open(path.resolve("key"), unlockKey);
    }
  }
}
