// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.raft.storage.Journal;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLog.StateMachine;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Brings committed entries to the state machine, each once and in order, and tells the Raft loop
 * how far it is. An entry that is committed but not yet on this manager's disk waits. Whatever goes
 * wrong on the way ends the manager: no entry is ever skipped (hazard 13).
 *
 * <p>{@link #advance} and {@link Progress} on the Raft loop; the state machine on its owner.
 */
final class Applier {
  private static final int CHUNK_ENTRIES = 1_024;
  private static final int CHUNK_BYTES = 4 << 20;

  private final Engine engine;
  private final Executor owner;
  private final StateMachine machine;
  private final FingerprintTrail trail = new FingerprintTrail();

  /** Raft loop: the last entry applied, and whether more is on its way to the owner. */
  private long applied;

  private boolean busy;

  /** Owner: entries of the application applied so far. */
  private long position;

  /**
   * What was applied.
   *
   * @param position entries of the application, all in all
   * @param fingerprint of the state after them
   */
  record Progress(
      List<Journal.Entry> entries,
      long index,
      long term,
      long position,
      long fingerprint,
      ReplicatedLog.@Nullable Snapshot snapshot) {}

  private record Step(Journal.Entry entry, Proposals.@Nullable Batch batch) {}

  Applier(Engine engine, Executor owner, StateMachine machine) {
    this.engine = engine;
    this.owner = owner;
    this.machine = machine;
  }

  long applied() {
    return applied;
  }

  /** Starts from a snapshot, or replaces what there is by one. */
  void restored(SnapshotHeader header) {
    applied = header.index();
    advance();
  }

  /** On the owner: the machine's state is now that of a snapshot. */
  void restoredOnOwner(SnapshotHeader header) {
    position = header.position();
    trail.restart(position, machine.fingerprint());
  }

  /** Raft loop: hands over what is committed and durable, a bounded piece at a time. */
  void advance() {
    Journal journal = engine.journal();
    long end = Math.min(engine.raft().getCommitIndex(), journal.durableIndex());
    if (busy || applied >= end || engine.isInstalling()) {
      return;
    }
    List<Step> steps = new ArrayList<>();
    long bytes = 0;
    for (long index = applied + 1;
        index <= end && steps.size() < CHUNK_ENTRIES && bytes < CHUNK_BYTES;
        index++) {
      Journal.Entry entry = journal.read(index);
      steps.add(new Step(entry, engine.proposals().taken(index, entry.term())));
      bytes += entry.payload().length;
    }
    busy = true;
    boolean snapshotDue = engine.snapshotter().isDue();
    owner.execute(() -> engine.guarded(() -> apply(steps, snapshotDue)));
  }

  private void apply(List<Step> steps, boolean snapshotDue) {
    if (engine.isStopped()) {
      return;
    }
    List<Journal.Entry> entries = new ArrayList<>(steps.size());
    for (Step step : steps) {
      entries.add(step.entry);
      if (EntryCodec.isCommand(step.entry.payload())) {
        apply(step);
      }
    }
    Journal.Entry last = entries.get(entries.size() - 1);
    Progress progress =
        new Progress(
            entries,
            last.index(),
            last.term(),
            position,
            machine.fingerprint(),
            snapshotDue ? machine.snapshot() : null);
    engine.execute(() -> done(progress));
  }

  private void apply(Step step) {
    LogCommand command = LogCommand.of(EntryCodec.command(step.entry.payload()));
    if (command instanceof LogCommand.Marker marker) {
      trail.check(marker);
    } else if (command instanceof LogCommand.Batch batch) {
      apply(batch, step.batch);
      trail.add(position, machine.fingerprint());
    }
  }

  private void apply(LogCommand.Batch batch, Proposals.@Nullable Batch own) {
    for (int i = 0; i < batch.entries().size(); i++) {
      Proposals.Proposal proposal = own == null ? null : own.proposals().get(i);
      byte[] bytes = batch.entries().get(i);
      if (bytes.length > 0) { // else a barrier
        ReplicatedLog.Entry proposed = proposal == null ? null : proposal.entry();
        machine.apply(++position, proposed == null ? machine.decode(bytes) : proposed);
      }
      if (proposal != null) {
        proposal.done().complete(position);
      }
    }
  }

  private void done(Progress progress) {
    busy = false;
    if (progress.index <= applied) {
      return; // a snapshot came meanwhile
    }
    applied = progress.index;
    engine.onApplied(progress);
    advance();
  }
}
