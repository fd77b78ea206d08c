// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atomix.cluster.ClusterMembershipEventListener;
import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.Member;
import io.atomix.cluster.MemberId;
import io.atomix.primitive.operation.OperationId;
import io.atomix.primitive.operation.PrimitiveOperation;
import io.atomix.primitive.service.ServiceConfig;
import io.atomix.protocols.raft.RaftServer;
import io.atomix.protocols.raft.ReadConsistency;
import io.atomix.protocols.raft.cluster.RaftMember;
import io.atomix.protocols.raft.cluster.impl.RaftClusterContext;
import io.atomix.protocols.raft.impl.RaftContext;
import io.atomix.protocols.raft.impl.RaftServiceManager;
import io.atomix.protocols.raft.protocol.AppendRequest;
import io.atomix.protocols.raft.protocol.AppendResponse;
import io.atomix.protocols.raft.protocol.CommandRequest;
import io.atomix.protocols.raft.protocol.CommandResponse;
import io.atomix.protocols.raft.protocol.OpenSessionRequest;
import io.atomix.protocols.raft.protocol.OpenSessionResponse;
import io.atomix.protocols.raft.protocol.QueryRequest;
import io.atomix.protocols.raft.protocol.QueryResponse;
import io.atomix.protocols.raft.protocol.RaftRequest;
import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.protocol.VoteRequest;
import io.atomix.protocols.raft.protocol.VoteResponse;
import io.atomix.protocols.raft.roles.RaftRole;
import io.atomix.protocols.raft.storage.RaftStorage;
import io.atomix.protocols.raft.storage.snapshot.Snapshot;
import io.atomix.storage.StorageLevel;
import io.atomix.utils.net.Address;
import io.atomix.utils.serializer.Serializer;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * A {@link RaftServer} as it comes, and what a test does to it. Its timeouts are an hour unless
 * set: nothing happens by itself, {@link #campaign()} makes a leader.
 */
final class StockServer implements AutoCloseable {
  static final byte[] NO_CONFIG = Serializer.using(EntryFormat.SERVICE).encode(new ServiceConfig());

  /** How to build a server. */
  record Setup(
      Path directory,
      StorageLevel level,
      int segmentBytes,
      int entryBytes,
      Duration electionTimeout,
      Duration heartbeat) {

    static Setup in(Path directory) {
      return new Setup(
          directory,
          StorageLevel.DISK,
          1 << 20,
          64 << 10,
          Duration.ofHours(1),
          Duration.ofMillis(20));
    }

    Setup directory(Path directory) {
      return new Setup(directory, level, segmentBytes, entryBytes, electionTimeout, heartbeat);
    }

    Setup level(StorageLevel level) {
      return new Setup(directory, level, segmentBytes, entryBytes, electionTimeout, heartbeat);
    }

    Setup segmentBytes(int segmentBytes) {
      return new Setup(directory, level, segmentBytes, entryBytes, electionTimeout, heartbeat);
    }

    Setup entryBytes(int entryBytes) {
      return new Setup(directory, level, segmentBytes, entryBytes, electionTimeout, heartbeat);
    }

    Setup electionTimeout(Duration electionTimeout) {
      return new Setup(directory, level, segmentBytes, entryBytes, electionTimeout, heartbeat);
    }

    RaftStorage storage() {
      return RaftStorage.builder()
          .withPrefix("raft")
          .withDirectory(directory.toFile())
          .withNamespace(EntryFormat.STORAGE)
          .withStorageLevel(level)
          .withMaxSegmentSize(segmentBytes)
          .withMaxEntrySize(entryBytes)
          .withFlushOnCommit(true)
          .withDynamicCompaction(false)
          .build();
    }
  }

  private final String id;
  private final Setup setup;
  private final Network network;
  private final LedgerType type = new LedgerType();
  private final RaftServer server;
  private final RaftContext context;
  private long session;
  private long sequence;

  StockServer(String id, Setup setup, Network network) {
    this.id = id;
    this.setup = setup;
    this.network = network;
    server =
        RaftServer.builder(MemberId.from(id))
            .withName(id)
            .withMembershipService(new Alone(id))
            .withProtocol(network.endpoint(id))
            .withStorage(setup.storage())
            .withPrimitiveTypes(type)
            .withHeartbeatInterval(setup.heartbeat())
            .withElectionTimeout(setup.electionTimeout())
            .build();
    context = ((RaftClusterContext) server.cluster()).getContext();
  }

  String id() {
    return id;
  }

  Setup setup() {
    return setup;
  }

  RaftServer server() {
    return server;
  }

  RaftContext context() {
    return context;
  }

  LedgerType type() {
    return type;
  }

  /** Of the state machine's present instance. */
  List<String> lines() {
    return type.newest().lines();
  }

  /** Runs on the server's thread. */
  <T> T ask(Callable<T> call) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    context
        .getThreadContext()
        .execute(
            () -> {
              try {
                answer.complete(call.call());
              } catch (Throwable e) {
                answer.completeExceptionally(e);
              }
            });
    return Waiting.get(answer);
  }

  void run(Runnable call) {
    ask(
        () -> {
          call.run();
          return true;
        });
  }

  /** Calls the present role on the server's thread. */
  <T> CompletableFuture<T> role(Function<RaftRole, CompletableFuture<T>> call) {
    return ask(() -> call.apply(context.getRaftRole()));
  }

  /** What was given to this server's two threads before is done. */
  void drainState() {
    ask(() -> true);
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    context.getServiceManager().executor().execute(() -> done.complete(true));
    Waiting.get(done);
  }

  long term() {
    return context.getTerm();
  }

  long commitIndex() {
    return ask(context::getCommitIndex);
  }

  long lastIndex() {
    return ask(() -> context.getLogWriter().getLastIndex());
  }

  boolean leads() {
    return ask(() -> context.getRole() == RaftServer.Role.LEADER);
  }

  Set<String> members() {
    Set<String> ids = new TreeSet<>();
    for (RaftMember member : context.getCluster().getMembers()) {
      ids.add(member.memberId().id());
    }
    return ids;
  }

  /** Starts as a member of this cluster; without another it is complete. */
  void bootstrap(String... ids) {
    List<MemberId> members = new ArrayList<>();
    for (String each : ids) {
      members.add(MemberId.from(each));
    }
    server.bootstrap(members);
    Waiting.until(id + " has a role", () -> ask(context::getRole) != RaftServer.Role.INACTIVE);
  }

  /** The answer to a message that comes from another member. */
  <R> CompletableFuture<R> receive(RaftRequest request) {
    return network.deliver(id, request);
  }

  /** The same, at once. */
  RaftResponse answer(RaftRequest request) {
    return Waiting.get(this.<RaftResponse>receive(request));
  }

  AppendResponse answer(AppendRequest request) {
    return Waiting.get(this.<AppendResponse>receive(request));
  }

  VoteResponse answer(VoteRequest request) {
    return Waiting.get(this.<VoteResponse>receive(request));
  }

  /** Asks for votes; with a majority this server has committed an entry of its term afterwards. */
  void campaign() {
    campaignOnly();
    Waiting.until(
        id + " leads",
        () ->
            ask(
                () ->
                    context.getRole() == RaftServer.Role.LEADER
                        && context.getCommitIndex() >= context.getLogWriter().getLastIndex()));
  }

  void campaignOnly() {
    run(
        () -> {
          context.setLeader(null);
          context.transition(RaftServer.Role.CANDIDATE);
        });
  }

  void openSession() {
    openSession(ReadConsistency.LINEARIZABLE, Long.MAX_VALUE);
  }

  /** Of the leader; commands go through the newest. */
  void openSession(ReadConsistency consistency, long timeoutMillis) {
    OpenSessionResponse opened =
        Waiting.get(
            role(
                role ->
                    role.onOpenSession(
                        OpenSessionRequest.builder()
                            .withMemberId(MemberId.from(id))
                            .withServiceName(LedgerType.NAME)
                            .withServiceType(type)
                            .withServiceConfig(NO_CONFIG)
                            .withReadConsistency(consistency)
                            .withMinTimeout(1)
                            .withMaxTimeout(timeoutMillis)
                            .build())));
    if (opened.status() != RaftResponse.Status.OK) {
      throw new IllegalStateException("no session: " + opened.error());
    }
    session = opened.session();
    sequence = 0;
  }

  long session() {
    return session;
  }

  long sequence() {
    return sequence;
  }

  CompletableFuture<CommandResponse> propose(String line) {
    sequence++;
    return command(session, sequence, line);
  }

  CompletableFuture<CommandResponse> command(long session, long sequence, String line) {
    return role(
        role ->
            role.onCommand(
                CommandRequest.builder()
                    .withSession(session)
                    .withSequence(sequence)
                    .withOperation(Messages.operation(line))
                    .build()));
  }

  /** Acknowledged, or the test fails. */
  void write(String line) {
    CommandResponse response = Waiting.get(propose(line));
    if (response.status() != RaftResponse.Status.OK) {
      throw new IllegalStateException(line + " was not written: " + response.error());
    }
  }

  CompletableFuture<QueryResponse> query(long session) {
    return role(
        role ->
            role.onQuery(
                QueryRequest.builder()
                    .withSession(session)
                    .withSequence(0)
                    .withIndex(0)
                    .withOperation(PrimitiveOperation.operation(OperationId.query("lines")))
                    .build()));
  }

  static String text(QueryResponse response) {
    if (response.status() != RaftResponse.Status.OK) {
      throw new IllegalStateException("no answer: " + response.error());
    }
    return new String(response.result(), UTF_8);
  }

  /**
   * What Atomix's own snapshot does, without its delay of twenty seconds: state to a file, then the
   * segments before it deleted.
   *
   * @return the snapshot's index
   */
  long snapshotNow() {
    CompletableFuture<Snapshot> taken = new CompletableFuture<>();
    RaftServiceManager manager = context.getServiceManager();
    manager
        .executor()
        .execute(
            () -> {
              try {
                Method snapshot = RaftServiceManager.class.getDeclaredMethod("snapshot");
                snapshot.setAccessible(true);
                taken.complete(((Snapshot) snapshot.invoke(manager)).persist().complete());
              } catch (ReflectiveOperationException | RuntimeException e) {
                taken.completeExceptionally(e);
              }
            });
    long index = Waiting.get(taken).index();
    run(() -> context.getLog().compact(index));
    return index;
  }

  /** Without a word to the others; what was written is in the page cache. */
  @Override
  public void close() {
    context.close();
  }

  private static final class Alone implements ClusterMembershipService {
    private final Member self;

    Alone(String id) {
      self = Member.member(MemberId.from(id), Address.from("127.0.0.1", 1));
    }

    @Override
    public Member getLocalMember() {
      return self;
    }

    @Override
    public Set<Member> getMembers() {
      return Set.of(self);
    }

    @Override
    public Member getMember(MemberId id) {
      return id.equals(self.id()) ? self : null;
    }

    @Override
    public void addListener(ClusterMembershipEventListener listener) {}

    @Override
    public void removeListener(ClusterMembershipEventListener listener) {}
  }
}
