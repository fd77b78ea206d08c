// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.atomix.primitive.session.SessionId;
import io.atomix.protocols.raft.cluster.impl.RaftMemberContext;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.CloseSessionRequest;
import io.atomix.protocols.raft.protocol.CloseSessionResponse;
import io.atomix.protocols.raft.protocol.CommandRequest;
import io.atomix.protocols.raft.protocol.CommandResponse;
import io.atomix.protocols.raft.protocol.ConfigureRequest;
import io.atomix.protocols.raft.protocol.ConfigureResponse;
import io.atomix.protocols.raft.protocol.HeartbeatRequest;
import io.atomix.protocols.raft.protocol.HeartbeatResponse;
import io.atomix.protocols.raft.protocol.InstallRequest;
import io.atomix.protocols.raft.protocol.InstallResponse;
import io.atomix.protocols.raft.protocol.JoinRequest;
import io.atomix.protocols.raft.protocol.JoinResponse;
import io.atomix.protocols.raft.protocol.KeepAliveRequest;
import io.atomix.protocols.raft.protocol.KeepAliveResponse;
import io.atomix.protocols.raft.protocol.LeaveRequest;
import io.atomix.protocols.raft.protocol.LeaveResponse;
import io.atomix.protocols.raft.protocol.MetadataRequest;
import io.atomix.protocols.raft.protocol.MetadataResponse;
import io.atomix.protocols.raft.protocol.OpenSessionRequest;
import io.atomix.protocols.raft.protocol.OpenSessionResponse;
import io.atomix.protocols.raft.protocol.PollRequest;
import io.atomix.protocols.raft.protocol.PollResponse;
import io.atomix.protocols.raft.protocol.PublishRequest;
import io.atomix.protocols.raft.protocol.QueryRequest;
import io.atomix.protocols.raft.protocol.QueryResponse;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.RaftServerProtocol;
import io.atomix.protocols.raft.protocol.ReconfigureRequest;
import io.atomix.protocols.raft.protocol.ReconfigureResponse;
import io.atomix.protocols.raft.protocol.ResetRequest;
import io.atomix.protocols.raft.protocol.TransferRequest;
import io.atomix.protocols.raft.protocol.TransferResponse;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * What Atomix's roles send: entries, votes and snapshots. Everything else that its protocol has is
 * refused, and never travels. Requests from others come in through {@link Requests}, not through
 * handlers registered here. Raft loop only.
 */
final class PeerProtocol implements RaftServerProtocol {
  /** An answer waits for the follower's disk. */
  private static final Duration APPEND = Duration.ofSeconds(5);

  private static final Duration VOTE = Duration.ofSeconds(2);

  /** The last piece is answered once the whole snapshot was read. */
  private static final Duration INSTALL = Duration.ofMinutes(2);

  private final Engine engine;

  PeerProtocol(Engine engine) {
    this.engine = engine;
  }

  /**
   * Tells followers no commit index beyond what is durable here: the leader counts itself among
   * those that have an entry. One request is under way to each follower; what comes meanwhile goes
   * with the next.
   */
  @Override
  public CompletableFuture<AppendResponse> append(MemberId member, AppendRequest request) {
    RaftMemberContext state = engine.raft().getCluster().getMemberState(member);
    if (state != null) {
      state.appendFailed();
    }
    AppendRequest durable =
        new AppendRequest(
            request.term(),
            engine.self().id(),
            request.prevLogIndex(),
            request.prevLogTerm(),
            request.entries(),
            Math.min(request.commitIndex(), engine.journal().durableIndex()));
    return whileLeading(
        engine
            .peers()
            .call(member, Frame.Type.APPEND, MessageCodec.encode(durable), APPEND)
            .thenApply(MessageCodec::appended));
  }

  @Override
  public CompletableFuture<VoteResponse> vote(MemberId member, VoteRequest request) {
    return engine
        .peers()
        .call(member, Frame.Type.VOTE, MessageCodec.encode(request), VOTE)
        .thenApply(MessageCodec::voted);
  }

  @Override
  public CompletableFuture<InstallResponse> install(MemberId member, InstallRequest request) {
    return whileLeading(
        engine
            .peers()
            .call(member, Frame.Type.INSTALL, MessageCodec.encode(request), INSTALL)
            .thenApply(MessageCodec.Answer::of)
            .thenApply(
                answer ->
                    new InstallResponse(
                        answer.yes() ? RaftResponse.Status.OK : RaftResponse.Status.ERROR, null)));
  }

  /**
   * Passes an outcome on only as long as this leadership lasts. Atomix counts requests under way
   * anew for each leadership, and an answer to one of an earlier would make it send no more (hazard
   * 28).
   */
  private <T> CompletableFuture<T> whileLeading(CompletableFuture<T> outcome) {
    long term = engine.raft().getTerm();
    CompletableFuture<T> passed = new CompletableFuture<>();
    engine.whenDone(
        outcome,
        (answer, error) -> {
          if (engine.raft().getTerm() != term || !engine.raft().isLeader()) {
            return;
          }
          if (error == null) {
            passed.complete(answer);
          } else {
            passed.completeExceptionally(error);
          }
        });
    return passed;
  }

  /** Followers take configurations from the log; there is nothing to tell them beside it. */
  @Override
  public CompletableFuture<ConfigureResponse> configure(MemberId member, ConfigureRequest request) {
    return CompletableFuture.completedFuture(new ConfigureResponse(RaftResponse.Status.OK, null));
  }

  @Override
  public void publish(MemberId member, PublishRequest request) {}

  @Override
  public void registerResetListener(
      SessionId session, Consumer<ResetRequest> listener, Executor executor) {}

  @Override
  public void unregisterResetListener(SessionId session) {}

  private static <T> CompletableFuture<T> notOnThisWire(Object request) {
    return CompletableFuture.failedFuture(
        new UnsupportedOperationException("not sent between managers: " + request));
  }

  @Override
  public CompletableFuture<OpenSessionResponse> openSession(
      MemberId member, OpenSessionRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<CloseSessionResponse> closeSession(
      MemberId member, CloseSessionRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<KeepAliveResponse> keepAlive(MemberId member, KeepAliveRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<QueryResponse> query(MemberId member, QueryRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<CommandResponse> command(MemberId member, CommandRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<MetadataResponse> metadata(MemberId member, MetadataRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<JoinResponse> join(MemberId member, JoinRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<LeaveResponse> leave(MemberId member, LeaveRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<ReconfigureResponse> reconfigure(
      MemberId member, ReconfigureRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<TransferResponse> transfer(MemberId member, TransferRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<PollResponse> poll(MemberId member, PollRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public CompletableFuture<HeartbeatResponse> heartbeat(MemberId member, HeartbeatRequest request) {
    return notOnThisWire(request);
  }

  @Override
  public void registerOpenSessionHandler(
      Function<OpenSessionRequest, CompletableFuture<OpenSessionResponse>> handler) {}

  @Override
  public void unregisterOpenSessionHandler() {}

  @Override
  public void registerCloseSessionHandler(
      Function<CloseSessionRequest, CompletableFuture<CloseSessionResponse>> handler) {}

  @Override
  public void unregisterCloseSessionHandler() {}

  @Override
  public void registerKeepAliveHandler(
      Function<KeepAliveRequest, CompletableFuture<KeepAliveResponse>> handler) {}

  @Override
  public void unregisterKeepAliveHandler() {}

  @Override
  public void registerQueryHandler(
      Function<QueryRequest, CompletableFuture<QueryResponse>> handler) {}

  @Override
  public void unregisterQueryHandler() {}

  @Override
  public void registerCommandHandler(
      Function<CommandRequest, CompletableFuture<CommandResponse>> handler) {}

  @Override
  public void unregisterCommandHandler() {}

  @Override
  public void registerMetadataHandler(
      Function<MetadataRequest, CompletableFuture<MetadataResponse>> handler) {}

  @Override
  public void unregisterMetadataHandler() {}

  @Override
  public void registerJoinHandler(Function<JoinRequest, CompletableFuture<JoinResponse>> handler) {}

  @Override
  public void unregisterJoinHandler() {}

  @Override
  public void registerLeaveHandler(
      Function<LeaveRequest, CompletableFuture<LeaveResponse>> handler) {}

  @Override
  public void unregisterLeaveHandler() {}

  @Override
  public void registerTransferHandler(
      Function<TransferRequest, CompletableFuture<TransferResponse>> handler) {}

  @Override
  public void unregisterTransferHandler() {}

  @Override
  public void registerConfigureHandler(
      Function<ConfigureRequest, CompletableFuture<ConfigureResponse>> handler) {}

  @Override
  public void unregisterConfigureHandler() {}

  @Override
  public void registerReconfigureHandler(
      Function<ReconfigureRequest, CompletableFuture<ReconfigureResponse>> handler) {}

  @Override
  public void unregisterReconfigureHandler() {}

  @Override
  public void registerInstallHandler(
      Function<InstallRequest, CompletableFuture<InstallResponse>> handler) {}

  @Override
  public void unregisterInstallHandler() {}

  @Override
  public void registerPollHandler(Function<PollRequest, CompletableFuture<PollResponse>> handler) {}

  @Override
  public void unregisterPollHandler() {}

  @Override
  public void registerVoteHandler(Function<VoteRequest, CompletableFuture<VoteResponse>> handler) {}

  @Override
  public void unregisterVoteHandler() {}

  @Override
  public void registerAppendHandler(
      Function<AppendRequest, CompletableFuture<AppendResponse>> handler) {}

  @Override
  public void unregisterAppendHandler() {}
}
