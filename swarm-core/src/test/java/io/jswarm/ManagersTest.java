// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.jswarm.api.Filter;
import io.jswarm.api.LocalSwarm;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.ManagerStatus;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.Reachability;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.SimulatedLogGroup;
import io.jswarm.transport.LocalNetwork;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clusters of several managers on virtual time, and what becomes of them. */
class ManagersTest {
  private static final Duration MINUTE = Duration.ofMinutes(1);

  private final SimulatedEnvironment world = new SimulatedEnvironment(42);
  private final LocalNetwork network = new LocalNetwork(world.environment());
  private final SimulatedLogGroup logs = new SimulatedLogGroup(world);
  private final Map<String, SwarmNode> nodes = new TreeMap<>();
  private final Map<String, SimulatedHost> hosts = new TreeMap<>();
  @TempDir Path dir;

  @AfterEach
  void closeAll() {
    network.faults().healAll();
    logs.healAll();
    new ArrayList<>(nodes.values()).forEach(SwarmNode::detach);
    assertThat(logs.violations()).isEmpty();
  }

  private SwarmNode.Builder builder(String name) {
    return SwarmNode.builder()
        .name(name)
        .environment(world.environment())
        .network(network)
        .dataDir(dir.resolve(name))
        .runtime(host(name).runtime());
  }

  /** The machine of that name; what runs there survives its node. */
  private SimulatedHost host(String name) {
    return hosts.computeIfAbsent(
        name, key -> SimulatedHost.builder(world.environment()).hostname(key).build());
  }

  private SwarmNode.Builder manager(String name) {
    return builder(name)
        .asManager()
        .availability(NodeAvailability.DRAIN)
        .placement(new SpreadingTestEngine())
        .log(logs);
  }

  private SwarmNode run(String name, SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.put(name, node);
    return node;
  }

  private SwarmNode node(String name) {
    return nodes.get(name);
  }

  /** Managers m1 to m3 and workers w1 and w2. */
  private void cluster() {
    run("m1", manager("m1"));
    run("m2", manager("m2").join(node("m1")));
    run("m3", manager("m3").join(node("m2")));
    run(
        "w1",
        builder("w1").placement(new SpreadingTestEngine()).log(logs).asWorker().join(node("m1")));
    run("w2", builder("w2").asWorker().join(node("m3")));
  }

  private String leader() {
    await(() -> nameOfLeader() != null && logs.leaderNode().isPresent());
    return nameOfLeader();
  }

  private String nameOfLeader() {
    String id = logs.leaderNode().orElse("");
    return nodes.keySet().stream()
        .filter(name -> node(name).id().equals(id))
        .findFirst()
        .orElse(null);
  }

  private List<String> followers() {
    String leader = leader();
    return nodes.keySet().stream()
        .filter(name -> name.startsWith("m") && !name.equals(leader))
        .toList();
  }

  private void await(BooleanSupplier condition) {
    assertThat(world.runUntil(condition, MINUTE)).as("in a minute").isTrue();
  }

  /** The process of that node dies. What it runs goes on, as its machine does. */
  private void kill(String name) {
    SwarmNode node = nodes.remove(name);
    logs.kill(node.id());
    node.detach();
  }

  private void create(Swarm swarm, int replicas) {
    swarm
        .services()
        .create(ServiceSpec.replicated("web", replicas).image("app:1").build())
        .await(MINUTE);
    swarm.services().awaitConverged("web", MINUTE).await(MINUTE);
  }

  private static List<Task> tasks(SwarmNode node) {
    return StreamSupport.stream(node.store().view().tasks().spliterator(), false).toList();
  }

  private static Node nodeObject(SwarmNode seenBy, SwarmNode node) {
    return seenBy.store().view().node(node.id()).orElseThrow();
  }

  private List<String> running() {
    return hosts.values().stream()
        .flatMap(host -> host.running().stream())
        .map(run -> run.taskId())
        .sorted()
        .toList();
  }

  @Test
  void managersJoinAndAllShowTheSameCluster() {
    cluster();
    create(node("m2").swarm(), 4);

    for (String name : List.of("m1", "m2", "m3")) {
      Swarm swarm = node(name).swarm();
      swarm.barrier().await(MINUTE);
      List<Node> all = swarm.nodes().list(Filter.all()).await();
      assertThat(all).hasSize(5).allMatch(node -> node.status().state() == NodeState.READY);
      List<Node> managers = all.stream().filter(node -> node.role() == NodeRole.MANAGER).toList();
      assertThat(managers)
          .hasSize(3)
          .extracting(Node::managerStatus)
          .allMatch(status -> status.reachability() == Reachability.REACHABLE);
      assertThat(managers.stream().filter(node -> node.managerStatus().leader()))
          .singleElement()
          .extracting(Node::id)
          .isEqualTo(logs.leaderNode().orElseThrow());
      assertThat(swarm.tasks().list(Filter.all().service("web")).await()).hasSize(4);
    }
    assertThat(node("m1").store().fingerprint()).isEqualTo(node("m2").store().fingerprint());
  }

  @Test
  void c10_6_whenTheLeaderDiesAnotherLeadsAndNoTaskNotices() {
    cluster();
    create(node("m1").swarm(), 6);
    List<String> before = running();
    String first = leader();

    kill(first);
    String second = leader();
    assertThat(second).isNotEqualTo(first);
    Swarm swarm = node(second).swarm();
    swarm.services().scale("web", 7).await(MINUTE);
    swarm.services().awaitConverged("web", MINUTE).await(MINUTE);
    world.runFor(MINUTE);

    assertThat(running()).hasSize(7).containsAll(before);
    assertThat(tasks(node(second))).hasSize(7).allMatch(task -> task.state() == TaskState.RUNNING);
    List<Node> managers = swarm.nodes().list(Filter.all().role("manager")).await();
    assertThat(managers.stream().filter(node -> node.status().state() == NodeState.DOWN))
        .singleElement()
        .satisfies(
            node ->
                assertThat(node.managerStatus().reachability())
                    .isEqualTo(Reachability.UNREACHABLE));
  }

  @Test
  void i9_aLeadershipThatMovesChangesNoTask() {
    cluster();
    create(node("m1").swarm(), 6);
    List<Task> before = tasks(node("m1"));

    for (int i = 0; i < 5; i++) {
      String from = leader();
      logs.moveLeadership();
      await(() -> nameOfLeader() != null && !nameOfLeader().equals(from));
      world.runFor(Duration.ofSeconds(20));
    }

    node("m1").swarm().barrier().await(MINUTE);
    assertThat(tasks(node("m1"))).isEqualTo(before);
    assertThat(node("m1").swarm().nodes().list(Filter.all()).await())
        .allMatch(node -> node.status().state() == NodeState.READY);
  }

  @Test
  void c10_7_withoutAQuorumWritesFailTasksRunAndOneMoreManagerIsEnough() {
    cluster();
    create(node("m1").swarm(), 6);
    List<String> before = running();
    String last = followers().get(0);
    List<String> others =
        List.of("m1", "m2", "m3").stream().filter(name -> !name.equals(last)).toList();
    others.forEach(this::kill);
    Swarm swarm = node(last).swarm();
    world.runFor(Duration.ofSeconds(2));

    assertThatThrownBy(() -> swarm.services().scale("web", 7).await(MINUTE))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no leader; more than half of the managers must be online");
    world.runFor(MINUTE);
    assertThat(running()).isEqualTo(before);
    assertThat(swarm.services().inspect("web").await().name()).isEqualTo("web");

    run(others.get(0), manager(others.get(0)));
    swarm.services().scale("web", 8).await(MINUTE);
    swarm.services().awaitConverged("web", MINUTE).await(MINUTE);
    assertThat(running()).hasSize(8).containsAll(before);
  }

  @Test
  void c10_16_aFollowerHasTheLeaderWriteAndShowsTheResult() {
    cluster();
    String follower = followers().get(0);
    Swarm swarm = node(follower).swarm();

    create(swarm, 2);
    assertThat(swarm.services().inspect("web").await().name()).isEqualTo("web");
    swarm.services().scale("web", 3).await(MINUTE);
    assertThat(swarm.services().counts("web").await().desired()).isEqualTo(3);
    long version = swarm.services().inspect("web").await().meta().version();
    ServiceSpec spec = ServiceSpec.replicated("web", 4).image("app:2").build();
    swarm.services().update("web", version, spec).await(MINUTE);
    swarm.services().rollback("web").await(MINUTE);
    assertThat(swarm.services().counts("web").await().desired()).isEqualTo(3);
    swarm.secrets().create(SecretSpec.of("password", new byte[] {1, 2})).await(MINUTE);
    assertThat(swarm.secrets().list(Filter.all()).await()).hasSize(1);
    swarm.secrets().remove("password").await(MINUTE);
    assertThat(swarm.secrets().list(Filter.all()).await()).isEmpty();
    swarm.nodes().drain("w1").await(MINUTE);
    assertThat(swarm.nodes().inspect("w1").await().spec().availability())
        .isEqualTo(NodeAvailability.DRAIN);
    swarm.services().remove("web").await(MINUTE);
    assertThat(swarm.services().list(Filter.all()).await()).isEmpty();
  }

  @Test
  void whatALeaderRefusesAFollowerRefusesInTheSameWay() {
    cluster();
    create(node("m1").swarm(), 1);
    Swarm here = node(leader()).swarm();
    Swarm there = node(followers().get(0)).swarm();
    ServiceSpec taken = ServiceSpec.replicated("web", 1).image("app:1").build();
    ServiceSpec other = ServiceSpec.replicated("other", 1).image("app:1").publish(8080, 80).build();
    here.services().create(other).await(MINUTE);
    ServiceSpec clash = ServiceSpec.replicated("third", 1).image("x").publish(8080, 80).build();
    here.barrier().await(MINUTE);
    there.barrier().await(MINUTE);

    for (var call :
        List.<java.util.function.Function<Swarm, Reply<?>>>of(
            swarm -> swarm.services().create(taken),
            swarm -> swarm.services().create(clash),
            swarm -> swarm.services().update("web", 1, taken),
            swarm -> swarm.services().scale("nobody", 2),
            swarm -> swarm.nodes().remove("w1", false),
            swarm -> swarm.nodes().remove("m1", true))) {
      Throwable expected = catchThrowable(() -> call.apply(here).await(MINUTE));
      Throwable actual = catchThrowable(() -> call.apply(there).await(MINUTE));
      assertThat(expected).isInstanceOf(SwarmException.class);
      assertThat(actual).hasSameClassAs(expected).hasMessage(expected.getMessage());
    }
  }

  @Test
  void changesByFunctionOfSeveralManagersAreAllMade() {
    cluster();
    create(node("m1").swarm(), 1);
    List<Reply<?>> replies = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String label = "label" + i;
      Swarm swarm = node("m" + (1 + i % 3)).swarm();
      replies.add(
          swarm.services().update("web", spec -> spec.toBuilder().label(label, "set").build()));
    }

    replies.forEach(reply -> reply.await(MINUTE));

    node("m1").swarm().barrier().await(MINUTE);
    assertThat(node("m1").swarm().services().inspect("web").await().spec().labels()).hasSize(30);
  }

  @Test
  void c10_18_aWriteOnALeaderThatIsCutOffIsNotClaimedToHaveSucceeded() {
    cluster();
    create(node("m1").swarm(), 2);
    String old = leader();
    String id = node(old).id();
    logs.isolate(id);
    network.faults().isolate(id);
    network.faults().isolate(LocalNodeNetwork.addressOf(id));
    Reply<?> lost = node(old).swarm().services().scale("web", 5);
    await(() -> nameOfLeader() != null && !nameOfLeader().equals(old));
    String young = nameOfLeader();
    node(young).swarm().services().scale("web", 3).await(MINUTE);

    assertThat(catchThrowable(() -> lost.await(MINUTE)))
        .isInstanceOfAny(IndeterminateResultException.class, UnavailableException.class);
    logs.healAll();
    network.faults().healAll();
    world.runFor(Duration.ofSeconds(30));

    node(old).swarm().barrier().await(MINUTE);
    assertThat(node(old).store().fingerprint()).isEqualTo(node(young).store().fingerprint());
    node(old).swarm().services().scale("web", 4).await(MINUTE);
    node(young).swarm().barrier().await(MINUTE);
    assertThat(node(young).swarm().services().counts("web").await().desired()).isEqualTo(4);
  }

  @Test
  void aManagerThatClosesHandsOnAndAllOthersGoOn() {
    cluster();
    create(node("m1").swarm(), 4);
    String first = leader();

    nodes.remove(first).close();

    String second = leader();
    node(second).swarm().services().scale("web", 5).await(MINUTE);
    node(second).swarm().services().awaitConverged("web", MINUTE).await(MINUTE);
    assertThat(running()).hasSize(5);
  }

  @Test
  void allManagersStartAnewOnTheirDirectories() {
    cluster();
    create(node("m1").swarm(), 4);
    List<String> before = running();
    for (String name : List.copyOf(nodes.keySet())) {
      kill(name);
    }
    for (String name : List.of("m3", "m1", "m2")) {
      run(name, manager(name));
    }
    leader();
    for (String name : List.of("w1", "w2")) {
      run(name, builder(name).asWorker().join(node("m1")));
    }
    world.runFor(MINUTE);

    Swarm swarm = node("m2").swarm();
    swarm.barrier().await(MINUTE);
    assertThat(swarm.nodes().list(Filter.all()).await())
        .hasSize(5)
        .allMatch(node -> node.status().state() == NodeState.READY);
    swarm.services().awaitConverged("web", MINUTE).await(MINUTE);
    assertThat(before).hasSize(4);
  }

  @Test
  void c10_8_demotingIsRefusedOnlyIfTheQuorumWouldBeLost() {
    cluster();
    String dead = followers().get(0);
    kill(dead);
    String leader = leader();
    String other = followers().get(0);
    Swarm swarm = node(leader).swarm();

    assertThatThrownBy(() -> swarm.nodes().demote(other).await(MINUTE))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("fewer than a quorum");
    assertThatThrownBy(() -> swarm.nodes().remove(dead, true).await(MINUTE))
        .as("C12.2")
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("demote it");

    swarm.nodes().demote(dead).await(MINUTE);
    await(() -> swarm.nodes().inspect(dead).await().role() == NodeRole.WORKER);
    await(() -> swarm.nodes().inspect(dead).await().status().state() == NodeState.DOWN);
    swarm.nodes().remove(dead, false).await(MINUTE);
    assertThat(swarm.nodes().list(Filter.all()).await()).hasSize(4);
    swarm.services().list(Filter.all()).await();
  }

  @Test
  void c10_9_theLastManagerStays() {
    run("m1", manager("m1"));

    assertThatThrownBy(() -> node("m1").swarm().nodes().demote("m1").await(MINUTE))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("last manager");
    assertThatThrownBy(() -> node("m1").leave()).isInstanceOf(FailedPreconditionException.class);
    create(node("m1").swarm(), 0);
  }

  @Test
  void c10_10_aLeaderThatIsDemotedBecomesAWorkerAndKeepsItsTasks() {
    cluster();
    node("m1").swarm().nodes().activate(leader()).await(MINUTE);
    create(node("m1").swarm(), 6);
    String first = leader();
    List<String> before = running();
    assertThat(hosts.get(first).running()).isNotEmpty();

    Node demoted = node(first).swarm().nodes().demote(first).await(MINUTE);
    await(() -> nameOfLeader() != null && !nameOfLeader().equals(first));
    SwarmNode second = node(nameOfLeader());
    await(() -> nodeObject(second, node(first)).role() == NodeRole.WORKER);
    world.runFor(MINUTE);

    assertThat(demoted.spec().desiredRole()).isEqualTo(NodeRole.WORKER);
    assertThat(nodeObject(second, node(first)).status().state()).isEqualTo(NodeState.READY);
    assertThat(nodeObject(second, node(first)).managerStatus()).isNull();
    assertThat(running()).isEqualTo(before);
    assertThat(node(first).isManager()).isFalse();
    assertThatThrownBy(() -> node(first).swarm())
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("is a worker");
  }

  @Test
  void c11_9_aWorkerThatIsPromotedTakesPartAndKeepsItsTasks() {
    cluster();
    create(node("m1").swarm(), 6);
    await(() -> running().size() == 6);
    SwarmNode worker = node("w1");
    List<String> before = running();
    assertThat(hosts.get("w1").running()).isNotEmpty();

    node("m1").swarm().nodes().promote(worker.id()).await(MINUTE);
    await(worker::isManager);

    Node promoted = nodeObject(worker, worker);
    await(
        () ->
            nodeObject(node("m1"), worker).managerStatus() != null
                && nodeObject(worker, worker).managerStatus() != null);
    assertThat(promoted.role()).isEqualTo(NodeRole.MANAGER);
    worker.swarm().services().scale("web", 8).await(MINUTE);
    await(() -> running().size() == 8);
    assertThat(running()).containsAll(before);
    worker.swarm().nodes().demote(worker.id()).await(MINUTE);
    await(() -> !worker.isManager());
    assertThat(running()).containsAll(before);
  }

  @Test
  void aManagerLeavesForGood() {
    cluster();
    create(node("m1").swarm(), 4);
    String leaving = leader();
    nodes.remove(leaving).leave();

    String second = leader();
    Swarm swarm = node(second).swarm();
    swarm.barrier().await(MINUTE);
    await(() -> swarm.nodes().inspect(leaving).await().status().state() == NodeState.DOWN);
    assertThat(swarm.nodes().inspect(leaving).await().role()).isEqualTo(NodeRole.WORKER);
    swarm.nodes().remove(leaving, false).await(MINUTE);
    assertThat(dir.resolve(leaving).resolve("node-id")).doesNotExist();
    nodes.remove("w1").leave();
    await(() -> swarm.nodes().inspect("w1").await().status().state() == NodeState.DOWN);
    swarm.nodes().remove("w1", false).await(MINUTE);
    assertThat(swarm.nodes().list(Filter.all()).await()).hasSize(3);
    swarm.services().awaitConverged("web", MINUTE).await(MINUTE);
    assertThat(running()).hasSize(4);
  }

  @Test
  void c10_19_oneSurvivorGoesOnAloneAndNewManagersCanJoin() throws Exception {
    cluster();
    create(node("m1").swarm(), 4);
    List<String> before = running();
    world.runFor(Duration.ofSeconds(2));
    for (String name : List.of("m1", "m2", "m3")) {
      kill(name);
    }

    run("m2", manager("m2").forceNewCluster());
    Swarm swarm = node("m2").swarm();
    List<Node> all = swarm.nodes().list(Filter.all()).await();
    assertThat(all).hasSize(5);
    assertThat(all.stream().map(Node::managerStatus).filter(status -> status != null))
        .singleElement()
        .extracting(ManagerStatus::leader)
        .isEqualTo(true);
    assertThat(swarm.services().inspect("web").await().name()).isEqualTo("web");

    run("m4", manager("m4").join(node("m2")));
    Files.createDirectories(dir.resolve("m1").resolve("raft"));
    logs.wipe(Files.readString(dir.resolve("m1").resolve("node-id")).strip());
    run("m1", manager("m1").join(node("m2")).rejoin());
    assertThat(dir.resolve("m1").resolve("raft.old-1")).isDirectory();
    swarm.services().scale("web", 5).await(MINUTE);
    assertThat(before).hasSize(4);
    assertThat(
            swarm.nodes().list(Filter.all().role("manager")).await().stream()
                .filter(node -> node.managerStatus() != null))
        .hasSize(3);
  }

  @Test
  void aManagerWithADamagedLogSaysWhatToDoAndRejoins() {
    cluster();
    create(node("m1").swarm(), 2);
    String damaged = followers().get(0);
    String id = node(damaged).id();
    kill(damaged);
    logs.damage(id, "segment 3 is damaged at byte 17");

    assertThatThrownBy(manager(damaged)::start)
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("segment 3 is damaged at byte 17")
        .hasMessageContaining("rejoin()");

    logs.wipe(id);
    String leader = leader();
    run(damaged, manager(damaged).join(node(leader)).rejoin());
    assertThat(node(damaged).id()).isEqualTo(id);
    Swarm swarm = node(damaged).swarm();
    swarm.barrier().await(MINUTE);
    assertThat(swarm.nodes().list(Filter.all().role("manager")).await())
        .hasSize(3)
        .allMatch(node -> node.managerStatus() != null);
    assertThat(node(damaged).store().fingerprint()).isEqualTo(node(leader).store().fingerprint());
  }

  @Test
  void aManagerThatJoinsLateTakesOverASnapshot() {
    logs.snapshots(50, 10);
    run("m1", manager("m1"));
    for (int i = 0; i < 200; i++) {
      node("m1")
          .swarm()
          .services()
          .create(ServiceSpec.replicated("s" + i, 0).image("app:1").build())
          .await(MINUTE);
    }
    world.runFor(MINUTE);

    run("m2", manager("m2").join(node("m1")));

    assertThat(node("m2").swarm().services().list(Filter.all()).await()).hasSize(200);
    node("m2").swarm().barrier().await(MINUTE);
    assertThat(node("m2").store().fingerprint()).isEqualTo(node("m1").store().fingerprint());
  }

  /** What a node is told that asks to vote as that manager. */
  private Throwable failureToAdmit(String name, NodeSpec spec) {
    String id = node(name).id();
    ManagerGroup.Manager self = new ManagerGroup.Manager("99", id, LocalNodeNetwork.addressOf(id));
    LocalSwarm leader = (LocalSwarm) node(leader()).swarm();
    return catchThrowable(() -> leader.joinManagers(self, spec, List.of()).await(MINUTE));
  }

  /** The role is the cluster's to give, whatever the request says. */
  @Test
  void cve_2026_115539_aWorkerThatAsksToTakePartIsRefused() {
    cluster();

    assertThat(failureToAdmit("w1", NodeSpec.worker()))
        .as("as the worker it is")
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("is not to be a manager");
    assertThat(failureToAdmit("w1", NodeSpec.manager()))
        .as("as the manager it is not")
        .isInstanceOf(SwarmException.class);
    world.runFor(MINUTE);
    Node worker = nodeObject(node(leader()), node("w1"));
    assertThat(worker.role()).isEqualTo(NodeRole.WORKER);
    assertThat(worker.managerStatus()).as("its part among the managers").isNull();
  }

  /** Else it could come back between being taken out of the log and losing its role. */
  @Test
  void c11_9_aManagerThatIsBeingDemotedIsNotLetInAgain() {
    cluster();
    String leaving = followers().get(0);
    node(leader()).swarm().nodes().demote(leaving).await(MINUTE);

    assertThat(failureToAdmit(leaving, NodeSpec.manager()))
        .isInstanceOf(SwarmException.class)
        .hasMessageMatching(".*(is not to be a manager|is part of the cluster as a worker).*");
    await(() -> nodeObject(node(leader()), node(leaving)).role() == NodeRole.WORKER);
    assertThat(nodeObject(node(leader()), node(leaving)).managerStatus()).isNull();
  }
}
