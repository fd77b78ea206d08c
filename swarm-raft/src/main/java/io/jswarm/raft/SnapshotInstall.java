// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.RaftServer.Role;
import io.atomix.protocols.raft.protocol.InstallRequest;
import io.jswarm.raft.storage.Journal;
import io.jswarm.raft.storage.SnapshotFiles;
import io.jswarm.raft.storage.SnapshotWriter;
import io.jswarm.raft.storage.StoredSnapshot;
import io.jswarm.spi.ReplicatedLog;
import java.io.DataInputStream;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Receives a snapshot from the leader, piece by piece, and puts it in the place of log and state at
 * once when it is complete and on disk. Atomix's own way is not used: it leaves the state behind
 * what it says it has (hazard 5), and takes terms without stepping down (hazard 6).
 *
 * <p>Raft loop only; files are written elsewhere while the leader waits for the answer.
 */
final class SnapshotInstall {
  private static final Logger LOG = LoggerFactory.getLogger(SnapshotInstall.class);

  private final Engine engine;
  private final SnapshotFiles files;
  private final Executor io;
  private @Nullable SnapshotWriter writer;
  private long index;

  /** Of the leader whose pieces these are: another one's do not go with them (A10). */
  private long term;

  private int nextChunk;
  private boolean busy;
  private boolean replacing;

  SnapshotInstall(Engine engine, SnapshotFiles files, Executor io) {
    this.engine = engine;
    this.files = files;
    this.io = io;
  }

  /** Whether a piece is being worked on, for which the leader waits. */
  boolean isBusy() {
    return busy;
  }

  /** Whether the state is being replaced, so that no entry must be applied. */
  boolean isReplacing() {
    return replacing;
  }

  CompletableFuture<byte[]> take(InstallRequest request) {
    ManagerContext raft = engine.raft();
    if (request.term() < raft.getTerm()) {
      return answer(false);
    }
    follow(request.term(), request.leader());
    if (isInLog(request.snapshotIndex())) {
      return answer(true);
    }
    if (busy) {
      return answer(false);
    }
    if (request.chunkOffset() == 0) {
      abort();
      index = request.snapshotIndex();
      term = request.term();
    } else if (writer == null
        || term != request.term()
        || index != request.snapshotIndex()
        || nextChunk != request.chunkOffset()) {
      return answer(false);
    }
    nextChunk = request.chunkOffset() + 1;
    return write(request);
  }

  /** Whether all that a snapshot covers is here and will be applied. */
  private boolean isInLog(long snapshot) {
    return engine.raft().getCommitIndex() >= snapshot && engine.journal().lastIndex() >= snapshot;
  }

  private void follow(long term, MemberId leader) {
    ManagerContext raft = engine.raft();
    if (term > raft.getTerm()) {
      raft.setTerm(term);
    }
    if (raft.hasRole(Role.LEADER) || raft.hasRole(Role.CANDIDATE)) {
      raft.transition(Role.FOLLOWER);
    }
    raft.setLeader(leader);
    engine.elections().heardFromLeader();
  }

  private CompletableFuture<byte[]> answer(boolean yes) {
    return CompletableFuture.completedFuture(
        new MessageCodec.Answer(engine.raft().getTerm(), yes).toBytes());
  }

  private CompletableFuture<byte[]> write(InstallRequest request) {
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    busy = true;
    SnapshotWriter open = writer;
    io.execute(
        () -> {
          try {
            SnapshotWriter out =
                open != null
                    ? open
                    : files.create(request.snapshotIndex(), SnapshotHeader.termIn(request.data()));
            out.write(request.data());
            if (!request.complete()) {
              engine.execute(() -> written(out, answer));
            } else {
              complete(out.commit(), answer);
            }
          } catch (IOException | RuntimeException e) {
            engine.execute(() -> failed(e, answer));
          } catch (Error e) {
            engine.fail(e);
          }
        });
    return answer;
  }

  private void written(SnapshotWriter out, CompletableFuture<byte[]> answer) {
    busy = false;
    writer = out;
    answer.complete(new MessageCodec.Answer(engine.raft().getTerm(), true).toBytes());
  }

  private void failed(Exception cause, CompletableFuture<byte[]> answer) {
    LOG.atWarn().setCause(cause).log("a snapshot could not be taken over; the leader starts again");
    abort();
    busy = false;
    answer.completeExceptionally(cause);
    engine.applier().advance();
  }

  private void abort() {
    SnapshotWriter open = writer;
    writer = null;
    if (open != null) {
      io.execute(
          () -> {
            try {
              open.close();
            } catch (IOException e) {
              LOG.atDebug().setCause(e).log("an unfinished snapshot was not removed");
            }
          });
    }
  }

  /** Not on the loop: reads the snapshot, which may take a while. */
  private void complete(StoredSnapshot stored, CompletableFuture<byte[]> answer)
      throws IOException {
    try (DataInputStream in = new DataInputStream(stored.open())) {
      SnapshotHeader header = SnapshotHeader.readFrom(in);
      ReplicatedLog.Restorable state = engine.machine().read(in);
      engine.execute(() -> replaceLog(stored, header, state, answer));
    }
  }

  private void replaceLog(
      StoredSnapshot stored,
      SnapshotHeader header,
      ReplicatedLog.Restorable state,
      CompletableFuture<byte[]> answer) {
    writer = null;
    if (isInLog(header.index())) {
      busy = false;
      answer.complete(new MessageCodec.Answer(engine.raft().getTerm(), true).toBytes());
      return;
    }
    replacing = true;
    Journal journal = engine.journal();
    boolean fits =
        journal.lastIndex() >= header.index()
            && journal.boundaryIndex() <= header.index()
            && journal.termAt(header.index()) == header.term();
    if (!fits) {
      journal.reset(header.index(), header.term());
      engine.configurations().reset(header.configuration());
    }
    engine.membership().restored(header.removed());
    engine.raft().reconcileConfiguration();
    engine.snapshotter().received(stored);
    engine.proposals().skipped(header.index());
    engine.owner().execute(() -> engine.guarded(() -> restore(header, state, answer)));
  }

  private void restore(
      SnapshotHeader header, ReplicatedLog.Restorable state, CompletableFuture<byte[]> answer) {
    state.restore();
    engine.applier().restoredOnOwner(header);
    engine.execute(() -> restored(header, answer));
  }

  private void restored(SnapshotHeader header, CompletableFuture<byte[]> answer) {
    busy = false;
    replacing = false;
    LOG.atInfo().addKeyValue("index", header.index()).log("snapshot of the leader taken over");
    engine.applier().restored(header);
    engine.raft().setCommitIndex(header.index());
    engine.raft().applied().advance(header.index());
    engine.whenDone(
        engine.journal().flush().toCompletableFuture(),
        (done, error) ->
            answer.complete(new MessageCodec.Answer(engine.raft().getTerm(), true).toBytes()));
  }
}
