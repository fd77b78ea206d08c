// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.raft.storage.SnapshotFiles;
import io.jswarm.raft.storage.SnapshotWriter;
import io.jswarm.raft.storage.StoredSnapshot;
import io.jswarm.spi.ReplicatedLog;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.concurrent.Executor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes snapshots after so many entries or bytes of the log and drops what they cover. The state is
 * held fast on the owner and written elsewhere; nobody waits for it. A log is shortened only once
 * the snapshot is on disk.
 *
 * <p>Raft loop only.
 */
final class Snapshotter {
  private static final Logger LOG = LoggerFactory.getLogger(Snapshotter.class);

  /** Positions in a snapshot are counted in 31 bits by Atomix's appender. */
  private static final long MAX_BYTES = Integer.MAX_VALUE;

  private final Engine engine;
  private final SnapshotFiles files;
  private final Executor io;
  private final RaftSettings settings;
  private long entries;
  private long bytes;
  private boolean writing;
  private boolean wanted;

  Snapshotter(Engine engine, SnapshotFiles files, Executor io, RaftSettings settings) {
    this.engine = engine;
    this.files = files;
    this.io = io;
    this.settings = settings;
  }

  /** Whether the state should be held fast after the next entries. */
  boolean isDue() {
    return !writing
        && !engine.raft().snapshotBridge().isSending()
        && (wanted || entries >= settings.snapshotEntries() || bytes >= settings.snapshotBytes());
  }

  /** Takes one with the next entries, however few they are. */
  void want() {
    wanted = true;
  }

  void applied(Applier.Progress progress) {
    entries += progress.entries().size();
    progress.entries().forEach(entry -> bytes += entry.payload().length);
    ReplicatedLog.Snapshot snapshot = progress.snapshot();
    if (snapshot != null) {
      write(snapshot, progress);
    }
  }

  private void write(ReplicatedLog.Snapshot snapshot, Applier.Progress progress) {
    writing = true;
    wanted = false;
    entries = 0;
    bytes = 0;
    SnapshotHeader header =
        new SnapshotHeader(
            progress.index(),
            progress.term(),
            progress.position(),
            progress.fingerprint(),
            engine.configurations().at(progress.index()),
            engine.membership().removed());
    io.execute(
        () -> {
          try {
            StoredSnapshot stored = write(snapshot, header);
            engine.execute(() -> written(stored));
          } catch (IOException e) {
            engine.execute(() -> failed(e));
          } catch (RuntimeException | Error e) {
            engine.fail(e);
          }
        });
  }

  private StoredSnapshot write(ReplicatedLog.Snapshot snapshot, SnapshotHeader header)
      throws IOException {
    try (SnapshotWriter out = files.create(header.index(), header.term())) {
      DataOutputStream data = new DataOutputStream(out);
      header.writeTo(data);
      snapshot.writeTo(data);
      data.flush();
      return out.commit();
    }
  }

  private void written(StoredSnapshot stored) {
    writing = false;
    if (stored.size() > MAX_BYTES) {
      LOG.atError()
          .addKeyValue("bytes", stored.size())
          .log("a snapshot too large to be sent to others; the log is kept");
      return;
    }
    LOG.atInfo()
        .addKeyValue("index", stored.index())
        .addKeyValue("bytes", stored.size())
        .log("snapshot taken");
    engine.raft().snapshotBridge().stored(stored);
    long upTo = Math.min(stored.index() - settings.keptEntries(), engine.journal().durableIndex());
    if (upTo > engine.journal().boundaryIndex()) {
      engine.journal().compact(upTo);
      engine.configurations().compacted(engine.journal().boundaryIndex());
    }
  }

  /** The log is kept, so nothing is lost; the next entries try again. */
  private void failed(IOException cause) {
    writing = false;
    wanted = true;
    LOG.atWarn().setCause(cause).log("no snapshot could be written; the log is kept");
  }

  /** A snapshot came from the leader. */
  void received(StoredSnapshot stored) {
    entries = 0;
    bytes = 0;
    engine.raft().snapshotBridge().stored(stored);
  }
}
