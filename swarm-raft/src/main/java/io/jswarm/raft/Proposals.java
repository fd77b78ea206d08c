// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.SwarmException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.spi.ReplicatedLog;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Entries on their way into the log. What waits is put together into one command of Atomix's
 * leader; the outcome is read from the log itself, whoever leads by then: applied, overwritten by
 * another leader's, or, if that does not turn out soon after leadership was lost, not known.
 *
 * <p>{@link #propose} on any thread, the rest on the Raft loop; stages complete on the owner.
 */
final class Proposals {
  /** How long after leadership was lost an outcome may still turn out. */
  private static final Duration OUTCOME = Duration.ofSeconds(2);

  private final Engine engine;
  private final EventLoop loop;
  private final RaftSettings settings;
  private final ConcurrentLinkedQueue<Proposal> waiting = new ConcurrentLinkedQueue<>();
  private final AtomicBoolean awake = new AtomicBoolean();

  /** Batches in the log, by the index of their command. */
  private final TreeMap<Long, Batch> inLog = new TreeMap<>();

  /** Says why nothing is taken any more. */
  private volatile @Nullable SwarmException ended;

  private int inFlight;
  private boolean ready;
  private boolean paused;

  /** An entry and who waits for it; no entry, and no bytes, for a barrier. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Proposal(
      ReplicatedLog.@Nullable Entry entry, byte[] bytes, CompletableFuture<Long> done) {}

  /** Entries that share a command. */
  record Batch(long term, List<Proposal> proposals) {}

  Proposals(Engine engine, EventLoop loop, RaftSettings settings) {
    this.engine = engine;
    this.loop = loop;
    this.settings = settings;
  }

  CompletableFuture<Long> propose(ReplicatedLog.Entry entry) {
    return enqueue(entry);
  }

  private CompletableFuture<Long> enqueue(ReplicatedLog.@Nullable Entry entry) {
    CompletableFuture<Long> done = new CompletableFuture<>();
    waiting.add(new Proposal(entry, new byte[0], done));
    wake();
    SwarmException why = ended;
    if (why != null) {
      refuseWaiting(why);
    }
    return done;
  }

  /** A command with no entry in it, that is waited for like one. */
  CompletableFuture<Long> barrier() {
    return enqueue(null);
  }

  private void wake() {
    if (!awake.getAndSet(true)) {
      loop.execute(() -> engine.guarded(this::pump));
    }
  }

  /** This manager leads and has applied everything before. */
  void lead() {
    ready = true;
    inFlight = 0;
    // All that a former leadership of this manager left in doubt has turned out by now.
    refuse(inLog.values(), engine.raft().getTerm());
    pump();
  }

  /** This manager does not lead any more. */
  void follow() {
    if (!ready) {
      return;
    }
    ready = false;
    paused = false;
    refuseWaiting(notLeader());
    long term = engine.raft().getTerm();
    loop.schedule(OUTCOME, () -> engine.guarded(() -> giveUp(term)));
  }

  boolean isReady() {
    return ready;
  }

  /** Holds proposals back while leadership is handed over. */
  void pause(boolean hold) {
    paused = hold;
    if (!hold) {
      pump();
    }
  }

  boolean isIdle() {
    return inFlight == 0;
  }

  private void pump() {
    awake.set(false);
    if (ended != null) {
      return;
    }
    if (!ready) {
      refuseWaiting(notLeader());
      return;
    }
    if (engine.journal().isFull()) {
      refuseWaiting(
          new UnavailableException(
              "the disk of the leading manager is full; nothing was changed, free space there"));
      return;
    }
    while (ready && !paused && inFlight < settings.batchesInFlight() && !waiting.isEmpty()) {
      submit(nextBatch());
    }
  }

  private List<Proposal> nextBatch() {
    List<Proposal> batch = new ArrayList<>();
    long limit = Math.min(settings.batchBytes(), engine.maxBatchBytes());
    long bytes = LogCommand.BATCH_OVERHEAD;
    for (Proposal next = waiting.peek(); next != null; next = waiting.peek()) {
      if (!batch.isEmpty() && bytes + LogCommand.ENTRY_OVERHEAD + estimate(next) > limit) {
        break;
      }
      waiting.poll();
      Proposal encoded = encode(next);
      if (encoded != null) {
        batch.add(encoded);
        bytes += LogCommand.ENTRY_OVERHEAD + encoded.bytes.length;
      }
    }
    return batch;
  }

  private static long estimate(Proposal proposal) {
    ReplicatedLog.Entry entry = proposal.entry;
    return entry == null ? 0 : entry.estimatedBytes();
  }

  private @Nullable Proposal encode(Proposal proposal) {
    ReplicatedLog.Entry entry = proposal.entry;
    if (entry == null) {
      return proposal;
    }
    byte[] bytes = entry.toBytes();
    if (bytes.length > engine.maxEntryBytes()) {
      engine
          .owner()
          .execute(() -> proposal.done.completeExceptionally(engine.tooLarge(bytes.length)));
      return null;
    }
    return new Proposal(entry, bytes, proposal.done);
  }

  private void submit(List<Proposal> batch) {
    if (batch.isEmpty()) {
      return;
    }
    List<byte[]> entries = batch.stream().map(Proposal::bytes).toList();
    append(new LogCommand.Batch(entries), batch);
  }

  /** Writes something of the log's own, unless that has to wait. */
  boolean proposeOwn(LogCommand command) {
    if (!ready || paused || engine.journal().isFull()) {
      return false;
    }
    append(command, List.of());
    return true;
  }

  private void append(LogCommand command, List<Proposal> batch) {
    ManagerContext raft = engine.raft();
    long term = raft.getTerm();
    inFlight++;
    long before = engine.journal().lastIndex();
    var committed = raft.getRaftRole().onCommand(raft.session().request(command.toBytes()));
    long index = engine.journal().lastIndex();
    if (index == before) {
      throw new IllegalStateException("the leader took no command: " + committed.getNow(null));
    }
    if (!batch.isEmpty()) {
      inLog.put(index, new Batch(term, batch));
    }
  }

  /**
   * The command at {@code index} is about to be applied; what is known of it here, if it is ours.
   */
  @Nullable Batch taken(long index, long term) {
    Batch batch = inLog.remove(index);
    if (batch == null || batch.term == term) {
      return batch;
    }
    refuse(List.of(batch), Long.MAX_VALUE);
    return null;
  }

  /** A command of this leadership is applied; the next may go. */
  void applied(long term, int commands) {
    if (ready && term == engine.raft().getTerm()) {
      inFlight = Math.max(0, inFlight - commands);
      pump();
    }
  }

  /** A snapshot replaced the log up to {@code index}: what was in it of ours cannot be told. */
  void skipped(long index) {
    Map<Long, Batch> gone = inLog.headMap(index, true);
    List<Batch> batches = List.copyOf(gone.values());
    gone.clear();
    fail(batches, unknown());
  }

  private void giveUp(long term) {
    List<Batch> old = inLog.values().stream().filter(batch -> batch.term <= term).toList();
    if (!ready && !old.isEmpty()) {
      inLog.values().removeAll(old);
      fail(old, unknown());
    }
  }

  private void refuse(Iterable<Batch> batches, long beforeTerm) {
    List<Batch> lost = new ArrayList<>();
    batches.forEach(
        batch -> {
          if (batch.term < beforeTerm) {
            lost.add(batch);
          }
        });
    inLog.values().removeAll(lost);
    fail(lost, notLeader());
  }

  private void fail(List<Batch> batches, SwarmException why) {
    Executor owner = engine.owner();
    for (Batch batch : batches) {
      for (Proposal proposal : batch.proposals) {
        owner.execute(() -> proposal.done.completeExceptionally(why));
      }
    }
  }

  private void refuseWaiting(SwarmException why) {
    Executor owner = engine.owner();
    for (Proposal next = waiting.poll(); next != null; next = waiting.poll()) {
      CompletableFuture<Long> done = next.done;
      owner.execute(() -> done.completeExceptionally(why));
    }
  }

  /** Nothing is taken any more; what is in the log already may or may not come to pass. */
  void end(SwarmException why) {
    ended = why;
    ready = false;
    refuseWaiting(why);
    List<Batch> open = List.copyOf(inLog.values());
    inLog.clear();
    fail(open, unknown());
  }

  private static IndeterminateResultException unknown() {
    return new IndeterminateResultException(
        "this manager lost its leadership while the change was on its way; read before repeating");
  }

  NotLeaderException notLeader() {
    MemberId leader = engine.raft().leaderId();
    String address =
        leader == null || engine.raft().hasRole(Role.LEADER)
            ? null
            : ManagerId.of(leader).address();
    return new NotLeaderException(
        address == null
            ? "this manager does not lead, and knows no leader"
            : "this manager does not lead; the one at " + address + " does",
        address);
  }
}
