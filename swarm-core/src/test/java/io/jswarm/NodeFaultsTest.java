// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Stopwatch;
import io.jswarm.api.Filter;
import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.TimeSource;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec.CaConfig;
import io.jswarm.model.Node;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.ReadView;
import io.jswarm.store.WatchListener;
import io.jswarm.testing.FaultProxy;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.grpc.GrpcTransport;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Nodes of several machines when clocks, disks, networks or other nodes do what they should not.
 */
class NodeFaultsTest {
  private static final Duration LONG = Duration.ofSeconds(30);
  private static final String WRONG_TOKEN = "SWMTKN-1-" + "0".repeat(50) + "-" + "0".repeat(25);

  @TempDir private Path dir;

  private final Environment world = Environment.system();
  private final EventLoop loop = world.loops().create("test");
  private final ShiftedClock clock = new ShiftedClock(Duration.ZERO);
  private final Map<String, SimulatedHost> hosts = new TreeMap<>();
  private final Map<String, SwarmNode> nodes = new TreeMap<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    nodes.values().forEach(SwarmNode::kill);
    loop.close();
    world.close();
  }

  /** A wall clock that can be set; time itself goes on as ever. */
  private static final class ShiftedClock implements TimeSource {
    private volatile Duration shift;

    ShiftedClock(Duration shift) {
      this.shift = shift;
    }

    void advance(Duration by) {
      shift = shift.plus(by);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant now() {
      return Instant.now().plus(shift);
    }
  }

  /** Looks at a clock that was set at once, and not only within a minute. */
  private record HastyLoop(EventLoop loop) implements EventLoop {
    @Override
    public Timer schedule(Duration delay, Runnable task) {
      boolean look = delay.equals(Duration.ofMinutes(1));
      return loop.schedule(look ? Duration.ofMillis(20) : delay, task);
    }

    @Override
    public String name() {
      return loop.name();
    }

    @Override
    public void execute(Runnable input) {
      loop.execute(input);
    }

    @Override
    public boolean inLoop() {
      return loop.inLoop();
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }

    @Override
    public Instant now() {
      return loop.now();
    }

    @Override
    public void onTurnEnd(Runnable hook) {
      loop.onTurnEnd(hook);
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  private Environment withClock(TimeSource time) {
    return new Environment(
        time,
        world.random().split(),
        world.ids(),
        name -> {
          EventLoop created = world.loops().create(name);
          return name.startsWith("network-") ? new HastyLoop(created) : created;
        },
        world.blocking(),
        false,
        world.awaiter());
  }

  private SwarmNode.Builder builder(String name, Environment environment) {
    SimulatedHost host =
        hosts.computeIfAbsent(name, key -> SimulatedHost.builder(world).hostname(key).build());
    return SwarmNode.builder()
        .name(name)
        .environment(environment)
        .dataDir(dir.resolve(name))
        .placement(new SpreadingTestEngine())
        .runtime(host.runtime());
  }

  private SwarmNode.Builder builder(String name) {
    return builder(name, withClock(clock));
  }

  private SwarmNode run(String name, SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.put(name, node);
    return node;
  }

  private SwarmNode manager() {
    return run("m1", builder("m1").asManager().listen("127.0.0.1", 0));
  }

  private static String address(SwarmNode manager) {
    return manager.swarm().nodes().inspect(manager.id()).await().managerStatus().addr();
  }

  private static String token(SwarmNode manager) {
    return manager.swarm().joinToken(NodeRole.WORKER).await();
  }

  private SwarmNode worker(String name, SwarmNode manager) {
    return run(name, builder(name).join(address(manager), token(manager)));
  }

  private static Node object(SwarmNode manager, SwarmNode node) {
    return manager.swarm().nodes().inspect(node.id()).await();
  }

  private static boolean isReady(SwarmNode manager, SwarmNode node) {
    return object(manager, node).status().state() == NodeState.READY;
  }

  private void await(String what, BooleanSupplier condition) {
    Stopwatch waiting = Stopwatch.createStarted();
    while (!condition.getAsBoolean()) {
      assertThat(waiting.elapsed()).as("waiting for %s", what).isLessThan(LONG);
      pause();
    }
  }

  private void pause() {
    world.awaiter().await(new CompletableFuture<>(), Duration.ofMillis(10));
  }

  /** Whether a node ever was anything but READY since this was called. */
  private Set<NodeState> statesOf(SwarmNode manager, SwarmNode node) {
    Set<NodeState> states = new ConcurrentSkipListSet<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public void onCommit(Commit commit, ReadView state) {
            states.add(state.node(node.id()).orElseThrow().status().state());
          }
        };
    opened.add(manager.store().watch(Runnable::run, Integer.MAX_VALUE, listener)::close);
    return states;
  }

  private GrpcTransport transport(NodeCredentials credentials) {
    GrpcTransport transport = GrpcNodeNetwork.transport(world, credentials);
    opened.add(transport);
    return transport;
  }

  private NodeCredentials nobody() {
    return NodeCredentials.of(
        clock, null, IdentityFiles.in(dir.resolve("m1/certificates"), null).roots());
  }

  /** What is in a node's data directory, for whoever got hold of it. */
  private NodeCredentials stolen(String name) {
    IdentityFiles files = IdentityFiles.in(dir.resolve(name + "/certificates"), null);
    return NodeCredentials.of(clock, files.load().orElseThrow(), files.roots());
  }

  private CompletionStage<EnrolmentMessage> ask(
      GrpcTransport transport, String address, EnrolmentMessage question) {
    return new CertificateClient(transport, loop, PeerIdentity.ANONYMOUS)
        .ask(List.of(address), question, LONG);
  }

  private static EnrolmentMessage.Join join(String token, CertificateRequest request) {
    return new EnrolmentMessage.Join(token, request.pem(), NodeSpec.worker(), null);
  }

  private <T> T result(CompletionStage<T> stage) {
    return Reply.of(stage, world.awaiter()).await(LONG.multipliedBy(2));
  }

  /** A member of which no node runs. */
  private NodeIdentity member(SwarmNode manager) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(
        NewNode.issued(
                result(ask(transport(nobody()), address(manager), join(token(manager), request))))
            .chain());
  }

  // Clocks

  @ParameterizedTest
  @ValueSource(longs = {-60, 60})
  void aNodeWhoseClockIsAnHourOffJoinsAndWorks(long minutes) {
    SwarmNode manager = manager();
    Environment skewed = withClock(new ShiftedClock(Duration.ofMinutes(minutes)));

    SwarmNode worker = run("w1", builder("w1", skewed).join(address(manager), token(manager)));
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 4).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();

    assertThat(isReady(manager, worker)).isTrue();
    assertThat(hosts.get("w1").running()).as("its share of the tasks").hasSize(2);
  }

  @Test
  void c11_15_aNodeThatWasOffUntilItsCertificateExpiredIsToldToJoinAnew() {
    SwarmNode manager = manager();
    SwarmNode worker = worker("w1", manager);
    String before = worker.id();
    nodes.remove("w1").detach();

    clock.advance(Duration.ofDays(91));

    assertThatThrownBy(() -> builder("w1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining(before)
        .hasMessageContaining("expired")
        .hasMessageContaining("join anew");
  }

  private void certificatesLive(SwarmNode manager, Duration life) {
    Cluster cluster = manager.swarm().inspectCluster().await();
    CaConfig ca = cluster.spec().ca();
    manager
        .swarm()
        .updateCluster(
            cluster.meta().version(),
            cluster.spec().toBuilder()
                .ca(
                    new CaConfig(
                        life,
                        ca.externalCas(),
                        ca.signingCaCert(),
                        ca.signingCaKey(),
                        ca.forceRotate()))
                .build())
        .await();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  /**
   * A manager that all nodes reach through a proxy only, and a worker whose certificate is short.
   */
  private FaultProxy clusterBehindProxy() throws IOException {
    int port = freePort();
    FaultProxy proxy = FaultProxy.to(new InetSocketAddress("127.0.0.1", port));
    opened.add(proxy);
    SwarmNode manager =
        run("m1", builder("m1").asManager().listen("127.0.0.1", port).advertise(proxy.address()));
    certificatesLive(manager, Duration.ofHours(1));
    worker("w1", manager);
    return proxy;
  }

  private Instant endOf(String name) {
    return IdentityFiles.in(dir.resolve(name + "/certificates"), null)
        .load()
        .orElseThrow()
        .certificate()
        .getNotAfter()
        .toInstant();
  }

  @Test
  void c11_7_aCertificateDueDuringAPartitionIsRenewedAfterIt() throws IOException {
    FaultProxy proxy = clusterBehindProxy();
    Instant end = endOf("w1");
    SwarmNode manager = nodes.get("m1");
    proxy.freeze();
    await("the partition to be noticed", () -> !isReady(manager, nodes.get("w1")));

    clock.advance(Duration.ofMinutes(50));
    assertThat(endOf("w1")).as("while nobody can be asked").isEqualTo(end);
    proxy.thaw();
    proxy.cut();

    await("another certificate", () -> endOf("w1").isAfter(end));
    await("the worker to be back", () -> isReady(manager, nodes.get("w1")));
  }

  @Test
  void c11_15_aCertificateThatExpiredDuringAPartitionOpensNothingMore() throws IOException {
    FaultProxy proxy = clusterBehindProxy();
    SwarmNode manager = nodes.get("m1");
    SwarmNode worker = nodes.get("w1");
    proxy.freeze();
    await("the partition to be noticed", () -> !isReady(manager, worker));

    clock.advance(Duration.ofHours(2));
    Set<NodeState> states = statesOf(manager, worker);
    proxy.thaw();
    proxy.cut();
    await("the manager's own tasks to be seen", () -> isReady(manager, manager));

    assertThatThrownBy(
            () ->
                result(
                    new CertificateClient(transport(stolen("w1")), loop, PeerIdentity.ANONYMOUS)
                        .ask(
                            List.of(address(manager)),
                            new EnrolmentMessage.Renew(CertificateRequest.create().pem()),
                            Duration.ofSeconds(2))))
        .as("renewal with the expired certificate")
        .isInstanceOf(UnavailableException.class);
    assertThat(states).as("states of the worker").doesNotContain(NodeState.READY);
    nodes.remove("w1").detach();
    assertThatThrownBy(() -> builder("w1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("join anew");
    assertThat(worker("w1-anew", manager).id()).isNotEqualTo(worker.id());
  }

  // Other nodes

  @Test
  void aNodeStartedTwiceFromACopyOfItsDataHarmsNobodyElse() throws IOException {
    SwarmNode manager = manager();
    worker("w1", manager);
    SwarmNode other = worker("w2", manager);
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 6).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    List<SimulatedHost.Run> before = hosts.get("w2").running();
    Set<NodeState> states = statesOf(manager, other);
    long version = manager.store().view().version();

    copy(dir.resolve("w1"), dir.resolve("w1-copy"));
    SwarmNode twin = run("w1-copy", builder("w1-copy"));

    assertThat(twin.id()).isEqualTo(nodes.get("w1").id());
    Stopwatch together = Stopwatch.createStarted();
    while (together.elapsed().toSeconds() < 5) {
      assertThat(hosts.get("w2").running()).as("tasks of another node").isEqualTo(before);
      pause();
    }
    assertThat(states).as("states of another node").isSubsetOf(NodeState.READY);
    assertThat(manager.store().view().version() - version)
        .as("writes on account of the two")
        .isLessThan(60);
    manager.swarm().services().scale("web", 7).await(LONG);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }

  private static AgentMessage.TaskReport failed(Task task) {
    TaskStatus status = TaskStatus.of(TaskState.FAILED, Instant.EPOCH, "forged");
    return new AgentMessage.TaskReport(task.id(), status);
  }

  @Test
  void c11_5_aNodeReportsOnItsOwnTasksOnly() {
    SwarmNode manager = manager();
    SwarmNode victim = worker("w1", manager);
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 4).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    Task task = manager.swarm().tasks().list(Filter.all().node(victim.id())).await().get(0);
    NodeIdentity identity = member(manager);
    Mailbox inbox = new Mailbox(loop);

    Channel channel = agentChannel(identity, manager, inbox);
    channel.send(new AgentMessage.Register("", 1, NodeDescription.NONE));
    ManagerMessage.Registered session = first(inbox, ManagerMessage.Registered.class);
    assertThat(session.node().id()).as("who it is taken for").isEqualTo(identity.nodeId());
    channel.send(new AgentMessage.ReportStatus(session.sessionId(), 1, List.of(failed(task))));

    assertThat(first(inbox, ManagerMessage.StatusRefused.class).detail())
        .contains(task.id())
        .contains("belongs to node " + victim.id());
    manager.swarm().barrier().await();
    assertThat(manager.swarm().tasks().inspect(task.id()).await().state())
        .isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c11_5_aSessionOfAnotherNodeIsOfNoUse() {
    SwarmNode manager = manager();
    Mailbox theirs = new Mailbox(loop);
    Channel victim = agentChannel(member(manager), manager, theirs);
    victim.send(new AgentMessage.Register("", 1, NodeDescription.NONE));
    String session = first(theirs, ManagerMessage.Registered.class).sessionId();
    Mailbox inbox = new Mailbox(loop);

    Channel channel = agentChannel(member(manager), manager, inbox);
    channel.send(new AgentMessage.Heartbeat(session));

    assertThat(first(inbox, ManagerMessage.Refused.class).reason())
        .isEqualTo(ManagerMessage.Reason.INVALID_SESSION);
    victim.send(new AgentMessage.Heartbeat(session));
    first(theirs, ManagerMessage.HeartbeatReply.class);
  }

  /** It claims to be the manager; what counts is its certificate. */
  private Channel agentChannel(NodeIdentity identity, SwarmNode manager, Mailbox inbox) {
    NodeCredentials credentials = NodeCredentials.of(clock, identity, nobody().roots());
    PeerIdentity claimed = new PeerIdentity(manager.id(), NodeRole.MANAGER);
    return transport(credentials)
        .connect(address(manager), ChannelKind.DISPATCHER, claimed, loop, inbox);
  }

  private <M extends Message> M first(Mailbox inbox, Class<M> type) {
    await(type.getSimpleName(), () -> inbox.messages().stream().anyMatch(type::isInstance));
    return inbox.messages().stream().filter(type::isInstance).map(type::cast).findFirst().get();
  }

  // Floods

  @Test
  void cve_2016_6595_moreThanABurstOfNodesAllGetInAndNobodyLosesItsSession() {
    SwarmNode manager = manager();
    Set<NodeState> states = statesOf(manager, worker("w1", manager));
    String token = token(manager);
    List<CompletionStage<EnrolmentMessage>> joining = new ArrayList<>();
    CertificateRequest request = CertificateRequest.create();
    for (int i = 0; i < 8; i++) {
      GrpcTransport transport = transport(nobody());
      for (int j = 0; j < 35; j++) {
        joining.add(ask(transport, address(manager), join(token, request)));
      }
    }

    for (CompletionStage<EnrolmentMessage> each : joining) {
      assertThat(result(each)).isInstanceOf(EnrolmentMessage.Issued.class);
    }

    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(282);
    assertThat(states).as("states of a node that was there").isSubsetOf(NodeState.READY);
  }

  /** What the report was about: joins and departures, again and again, and then nobody could. */
  @Test
  void cve_2016_6595_aLongSequenceOfJoiningAndLeavingPreventsNoFurtherJoin() {
    SwarmNode manager = manager();
    GrpcTransport transport = transport(nobody());
    String address = address(manager);
    String token = token(manager);
    for (int i = 0; i < 60; i++) {
      CertificateRequest request = CertificateRequest.create();
      NodeIdentity identity =
          request.certified(
              NewNode.issued(result(ask(transport, address, join(token, request)))).chain());
      manager.swarm().nodes().remove(identity.nodeId(), true).await();
    }

    SwarmNode worker = worker("w1", manager);

    assertThat(isReady(manager, worker)).isTrue();
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(2);
  }

  /** They connect, open channels, and leave it at that. */
  @Test
  void cve_2016_6595_nodesThatSayNothingKeepNobodyOut() {
    SwarmNode manager = manager();
    List<Mailbox> silent = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      GrpcTransport transport = transport(nobody());
      Mailbox inbox = new Mailbox(loop);
      for (int j = 0; j < 2; j++) {
        transport.connect(
            address(manager), ChannelKind.ENROLMENT, PeerIdentity.ANONYMOUS, loop, inbox);
      }
      silent.add(inbox);
    }
    await("those too many to be hung up on", () -> silent.stream().anyMatch(Mailbox::isClosed));
    CertificateRequest request = CertificateRequest.create();
    EnrolmentMessage.Join question = join(token(manager), request);

    EnrolmentMessage answer = result(ask(nobody(), manager, question, Duration.ofSeconds(5)));

    assertThat(answer).isInstanceOf(EnrolmentMessage.Issued.class);
  }

  @Test
  void cve_2016_6595_aHundredBadAttemptsWriteNothingAndGoodOnesGoThrough() {
    SwarmNode manager = manager();
    goodJoins(manager, 1);
    long version = manager.store().view().version();
    assertRefused(badAttempts(manager));
    assertThat(manager.store().view().version()).as("nothing is written").isEqualTo(version);

    List<CompletionStage<EnrolmentMessage>> bad = badAttempts(manager);
    Duration among = goodJoins(manager, 15);

    assertThat(among).as("15 joins among 100 bad attempts").isLessThan(Duration.ofSeconds(8));
    assertRefused(bad);
  }

  /** One after the other, each by a connection of its own. */
  private Duration goodJoins(SwarmNode manager, int count) {
    String address = address(manager);
    String token = token(manager);
    CertificateRequest request = CertificateRequest.create();
    Stopwatch watch = Stopwatch.createUnstarted();
    for (int i = 0; i < count; i++) {
      GrpcTransport transport = transport(nobody());
      watch.start();
      result(ask(transport, address, join(token, request)));
      watch.stop();
    }
    return watch.elapsed();
  }

  /** A hundred, by ten connections. */
  private List<CompletionStage<EnrolmentMessage>> badAttempts(SwarmNode manager) {
    EnrolmentMessage.Join guess = join(WRONG_TOKEN, CertificateRequest.create());
    List<CompletionStage<EnrolmentMessage>> asked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      GrpcTransport transport = transport(nobody());
      for (int j = 0; j < 10; j++) {
        asked.add(ask(transport, address(manager), guess));
      }
    }
    return asked;
  }

  private void assertRefused(List<CompletionStage<EnrolmentMessage>> bad) {
    for (CompletionStage<EnrolmentMessage> each : bad) {
      assertThatThrownBy(() -> result(each))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("a valid join token is needed");
    }
  }

  // Leadership

  /** A log whose manager is told that it leads no more. */
  private static final class DeposableLog implements ReplicatedLog {
    private final ReplicatedLog log = MemoryLog.create();
    private Executor owner = Runnable::run;
    private LeadershipListener listener;

    void depose(Optional<String> leader) {
      owner.execute(() -> listener.onFollowing(leader));
    }

    void lead() {
      owner.execute(() -> listener.onLeading(2));
    }

    @Override
    public void start(Executor owner, StateMachine machine, LeadershipListener listener) {
      this.owner = owner;
      this.listener = listener;
      log.start(owner, machine, listener);
    }

    @Override
    public CompletionStage<Long> propose(Entry entry) {
      return log.propose(entry);
    }

    @Override
    public CompletionStage<Long> barrier() {
      return log.barrier();
    }

    @Override
    public int maxEntryBytes() {
      return log.maxEntryBytes();
    }

    @Override
    public Optional<ManagerGroup> group() {
      return log.group();
    }

    @Override
    public void close() {
      log.close();
    }
  }

  private CompletionStage<EnrolmentMessage> ask(
      NodeCredentials who, SwarmNode manager, EnrolmentMessage question, Duration patience) {
    return new CertificateClient(transport(who), loop, PeerIdentity.ANONYMOUS)
        .ask(List.of(address(manager)), question, patience);
  }

  @Test
  void whileNobodyLeadsNobodyJoinsAndOnceSomebodyDoesWhoeverWaitsGetsIn() {
    DeposableLog log = new DeposableLog();
    SwarmNode manager = run("m1", builder("m1").asManager().listen("127.0.0.1", 0).log(log));
    CertificateRequest request = CertificateRequest.create();
    EnrolmentMessage.Join question = join(token(manager), request);
    log.depose(Optional.empty());

    assertThatThrownBy(() -> result(ask(nobody(), manager, question, Duration.ofSeconds(1))))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no manager can be reached that leads")
        .hasMessageContaining(address(manager));
    CompletionStage<EnrolmentMessage> waiting = ask(nobody(), manager, question, LONG);
    log.lead();

    assertThat(request.certified(NewNode.issued(result(waiting)).chain()).role())
        .isEqualTo(NodeRole.WORKER);
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(2);
  }

  /** A deposed leader signs nothing, be it by what it knew or by what it is told. */
  @Test
  void cve_2026_115539_aDeposedLeaderGivesNoCertificate() {
    DeposableLog log = new DeposableLog();
    SwarmNode manager = run("m1", builder("m1").asManager().listen("127.0.0.1", 0).log(log));
    worker("w1", manager);
    NodeCredentials worker = stolen("w1");
    EnrolmentMessage.Renew renewal = new EnrolmentMessage.Renew(CertificateRequest.create().pem());

    for (Optional<String> leader : List.of(Optional.<String>empty(), Optional.of("127.0.0.1:1"))) {
      log.depose(leader);
      assertThatThrownBy(() -> result(ask(worker, manager, renewal, Duration.ofSeconds(1))))
          .as("it believes that %s leads", leader)
          .isInstanceOf(UnavailableException.class);
    }
  }

  @Test
  void aRemovedNodesRenewalAndJoinSayWhatToDo() {
    SwarmNode manager = manager();
    NodeIdentity removed = member(manager);
    manager.swarm().nodes().remove(removed.nodeId(), true).await();
    NodeCredentials stolen = NodeCredentials.of(clock, removed, nobody().roots());

    assertThatThrownBy(
            () ->
                result(
                    ask(
                        stolen,
                        manager,
                        new EnrolmentMessage.Renew(CertificateRequest.create().pem()),
                        Duration.ofSeconds(1))))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("was removed from the cluster")
        .hasMessageContaining("token");
    assertThat(member(manager).nodeId()).as("it joins as another").isNotEqualTo(removed.nodeId());
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedAndChangeNothing() {
    SwarmNode manager = manager();
    String token = token(manager);
    long nodesBefore = manager.swarm().nodes().list(Filter.all()).await().size();

    for (String csr : List.of("", "garbage", "x".repeat(CertificateRequest.MAX_LENGTH + 1))) {
      EnrolmentMessage.Join question =
          new EnrolmentMessage.Join(token, csr, NodeSpec.worker(), null);
      assertThatThrownBy(() -> result(ask(nobody(), manager, question, Duration.ofSeconds(5))))
          .as("a request of %s characters", csr.length())
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("certificate request")
          .hasMessageNotContaining(token);
    }
    NodeSpec named = NodeSpec.worker().toBuilder().label("", "").build();
    assertThatThrownBy(
            () ->
                result(
                    ask(
                        nobody(),
                        manager,
                        new EnrolmentMessage.Join(
                            token, CertificateRequest.create().pem(), named, null),
                        Duration.ofSeconds(5))))
        .as("a spec that breaks a rule")
        .isInstanceOf(InvalidSpecException.class);
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize((int) nodesBefore);
  }
}
