// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.jswarm.raft.storage.Journal;
import java.util.ArrayDeque;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Requests of other managers on their way to Atomix's roles. What the roles would take wrongly is
 * answered here, and no answer leaves before what it promises is on disk. Raft loop only.
 */
final class Requests {
  private final Engine engine;
  private final Elections elections;
  private final SnapshotInstall install;

  /** Answers that wait until their entries are durable, in order of index. */
  private final ArrayDeque<Promise> promises = new ArrayDeque<>();

  private record Promise(
      long index, long term, AppendResponse response, CompletableFuture<byte[]> answer) {}

  Requests(Engine engine, Elections elections, SnapshotInstall install) {
    this.engine = engine;
    this.elections = elections;
    this.install = install;
  }

  CompletableFuture<byte[]> take(MemberId from, Frame.Type type, byte[] body) {
    return switch (type) {
      case APPEND -> append(MessageCodec.append(from, body));
      case VOTE -> vote(MessageCodec.vote(from, body));
      case POLL -> CompletableFuture.completedFuture(elections.poll(MessageCodec.Poll.of(body)));
      case INSTALL -> install.take(MessageCodec.install(from, body));
      case TIMEOUT_NOW -> elections.timeoutNow(MessageCodec.Answer.of(body).term());
      case LEAVE -> engine.membership().takenOut(from);
    };
  }

  private CompletableFuture<byte[]> vote(VoteRequest request) {
    ManagerContext raft = engine.raft();
    if (request.term() == raft.getTerm() && request.candidate().equals(raft.getLastVotedFor())) {
      return answer(new VoteResponse(RaftResponse.Status.OK, null, request.term(), true));
    }
    return raft.getRaftRole()
        .onVote(request)
        .thenApply(
            response -> {
              if (response.status() != RaftResponse.Status.OK) {
                throw new IllegalStateException("this manager does not vote: " + response.error());
              }
              if (response.voted()) {
                elections.voted();
              }
              return MessageCodec.encode(response);
            });
  }

  private static CompletableFuture<byte[]> answer(VoteResponse response) {
    return CompletableFuture.completedFuture(MessageCodec.encode(response));
  }

  private CompletableFuture<byte[]> append(AppendRequest request) {
    ManagerContext raft = engine.raft();
    Journal journal = engine.journal();
    if (request.term() < raft.getTerm()) {
      return CompletableFuture.completedFuture(MessageCodec.encode(failed(journal.lastIndex())));
    }
    if (request.prevLogTerm() == 0 && request.prevLogIndex() != 0) {
      throw new IllegalArgumentException("an entry before the first without a term");
    }
    if (!request.entries().isEmpty() && journal.isFull()) {
      return CompletableFuture.failedFuture(new IllegalStateException("the disk is full"));
    }
    elections.heardFromLeader();
    AppendResponse response =
        raft.getRaftRole().onAppend(withoutWhatIsInASnapshot(request)).getNow(null);
    if (response == null || response.status() != RaftResponse.Status.OK) {
      return CompletableFuture.failedFuture(new IllegalStateException("not appended: " + response));
    }
    raft.reconcileConfiguration();
    return whenDurable(response);
  }

  private AppendResponse failed(long lastIndex) {
    return new AppendResponse(
        RaftResponse.Status.OK, null, engine.raft().getTerm(), false, lastIndex);
  }

  /**
   * Entries up to the journal's boundary are committed and gone into a snapshot; there is nothing
   * to compare them with, and no need.
   */
  private AppendRequest withoutWhatIsInASnapshot(AppendRequest request) {
    Journal journal = engine.journal();
    long known = journal.boundaryIndex();
    if (request.prevLogIndex() >= known) {
      return request;
    }
    long covered = Math.min(known - request.prevLogIndex(), request.entries().size());
    List<RaftLogEntry> rest = request.entries().subList((int) covered, request.entries().size());
    return new AppendRequest(
        request.term(),
        request.leader().id(),
        known,
        journal.boundaryTerm(),
        rest,
        request.commitIndex());
  }

  private CompletableFuture<byte[]> whenDurable(AppendResponse response) {
    Journal journal = engine.journal();
    long index = response.lastLogIndex();
    if (!response.succeeded() || index <= journal.durableIndex()) {
      return CompletableFuture.completedFuture(MessageCodec.encode(response));
    }
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    promises.add(new Promise(index, journal.termAt(index), response, answer));
    return answer;
  }

  /** Everything up to {@code index} is on disk. */
  void durable(long index) {
    Journal journal = engine.journal();
    for (Promise promise = promises.peek();
        promise != null && (promise.index <= index || promise.index > journal.lastIndex());
        promise = promises.peek()) {
      promises.remove();
      boolean kept =
          promise.index <= index
              && promise.index >= journal.boundaryIndex()
              && journal.termAt(promise.index) == promise.term
              && promise.response.term() == engine.raft().getTerm();
      if (kept) {
        promise.answer.complete(MessageCodec.encode(promise.response));
      } else {
        promise.answer.completeExceptionally(new IllegalStateException("overwritten meanwhile"));
      }
    }
  }
}
