// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.FailedPreconditionException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.SwarmNode;
import io.jswarm.api.Filter;
import io.jswarm.loop.Environment;
import io.jswarm.model.Cluster;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeState;
import io.jswarm.model.Reachability;
import io.jswarm.model.ServiceSpec;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Managers that agree over the network, with tokens and certificates (S10, S11). */
class NetworkedManagersTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir private Path dir;

  private final Environment world = Environment.system();
  private final Map<String, SimulatedHost> hosts = new TreeMap<>();
  private final Map<String, SwarmNode> nodes = new TreeMap<>();

  @AfterEach
  void close() {
    nodes.values().forEach(SwarmNode::kill);
    world.close();
  }

  private SwarmNode.Builder builder(String name) {
    SimulatedHost host =
        hosts.computeIfAbsent(name, key -> SimulatedHost.builder(world).hostname(key).build());
    return SwarmNode.builder()
        .name(name)
        .environment(world)
        .dataDir(dir.resolve(name))
        .placement(new SpreadingTestEngine())
        .runtime(host.runtime());
  }

  private SwarmNode run(String name, SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.put(name, node);
    return node;
  }

  private void join(String name, NodeRole role) {
    Swarm swarm = nodes.get("m1").swarm();
    String address = object("m1").managerStatus().addr();
    run(name, builder(name).listen("127.0.0.1", 0).join(address, swarm.joinToken(role).await()));
  }

  /** Managers m1 to m3, workers w1 and w2. */
  private void cluster() {
    run("m1", builder("m1").asManager().listen("127.0.0.1", 0));
    await(() -> object("m1").managerStatus() != null);
    join("m2", NodeRole.MANAGER);
    join("m3", NodeRole.MANAGER);
    join("w1", NodeRole.WORKER);
    join("w2", NodeRole.WORKER);
  }

  private void await(BooleanSupplier condition) {
    long end = world.time().nanoTime() + LONG.toNanos();
    while (!holds(condition)) {
      assertThat(world.time().nanoTime() - end).as("still waiting").isNegative();
      world.awaiter().await(new CompletableFuture<>(), Duration.ofMillis(10));
    }
  }

  private static boolean holds(BooleanSupplier condition) {
    try {
      return condition.getAsBoolean();
    } catch (SwarmException e) {
      return false;
    }
  }

  private SwarmNode anyManager() {
    return nodes.values().stream().filter(SwarmNode::isManager).findFirst().orElseThrow();
  }

  private Node object(String name) {
    return anyManager().swarm().nodes().inspect(nodes.get(name).id()).await();
  }

  private String leader() {
    await(() -> nameOfLeader() != null);
    return nameOfLeader();
  }

  private String nameOfLeader() {
    for (Node node : anyManager().swarm().nodes().list(Filter.all()).await()) {
      if (node.managerStatus() != null && node.managerStatus().leader()) {
        return node.spec().name();
      }
    }
    return null;
  }

  private int running() {
    return hosts.values().stream().mapToInt(host -> host.running().size()).sum();
  }

  private void create(long replicas) {
    Swarm swarm = anyManager().swarm();
    swarm.services().create(ServiceSpec.replicated("web", replicas).image("web:1").build()).await();
    swarm.services().awaitConverged("web", LONG).await();
  }

  @Test
  void c11_1_managersJoinWithTheManagerToken() {
    cluster();

    create(10);

    assertThat(nodes.get("m3").isManager()).isTrue();
    assertThat(nodes.get("w1").isManager()).isFalse();
    await(() -> object("m3").managerStatus().reachability() == Reachability.REACHABLE);
    assertThat(running()).isEqualTo(10);
    nodes.get("m2").swarm().services().scale("web", 4).await();
    await(() -> running() == 4);
  }

  @Test
  void aManagerJoinsByWayOfAFollower() {
    cluster();
    String follower = leader().equals("m2") ? "m3" : "m2";
    String address = object(follower).managerStatus().addr();
    String token = nodes.get(follower).swarm().joinToken(NodeRole.MANAGER).await();

    run("m4", builder("m4").listen("127.0.0.1", 0).join(address, token));

    assertThat(nodes.get("m4").isManager()).isTrue();
    await(() -> object("m4").managerStatus() != null);
  }

  @Test
  void aKilledLeaderIsFollowedAndComesBackWithoutAToken() {
    cluster();
    create(10);
    String first = leader();
    String id = nodes.get(first).id();

    nodes.remove(first).kill();
    await(() -> !first.equals(nameOfLeader()));
    anyManager().swarm().services().scale("web", 12).await();
    run(first, builder(first));

    assertThat(nodes.get(first).id()).isEqualTo(id);
    await(() -> object(first).managerStatus().reachability() == Reachability.REACHABLE);
    await(() -> object(first).status().state() == NodeState.READY);
    await(() -> nodes.get(first).swarm().services().counts("web").await().desired() == 12);
  }

  @Test
  void c11_9_aPromotedWorkerTakesPartAndKeepsItsTasks() {
    cluster();
    create(10);
    List<SimulatedHost.Run> before = hosts.get("w1").running();
    String id = nodes.get("w1").id();

    nodes.get("m1").swarm().nodes().promote(id).await();
    await(nodes.get("w1")::isManager);
    await(() -> object("w1").managerStatus() != null);

    assertThat(hosts.get("w1").running()).isEqualTo(before);
    nodes.get("w1").swarm().services().scale("web", 11).await();
    await(() -> running() == 11);
    nodes.get("m1").swarm().nodes().demote(id).await();
    await(() -> !nodes.get("w1").isManager());
    await(() -> object("w1").role() == NodeRole.WORKER);
    assertThat(hosts.get("w1").running()).containsAll(before);
    assertThat(object("w1").status().state()).isEqualTo(NodeState.READY);
  }

  @Test
  void c10_10_aLeaderThatIsDemotedHandsOnAndKeepsItsTasks() {
    cluster();
    create(10);
    String first = leader();
    List<SimulatedHost.Run> before = hosts.get(first).running();

    anyManager().swarm().nodes().demote(nodes.get(first).id()).await();
    await(() -> !nodes.get(first).isManager());

    await(() -> object(first).role() == NodeRole.WORKER);
    assertThat(hosts.get(first).running()).isEqualTo(before);
    await(() -> object(first).status().state() == NodeState.READY);
    nodes.remove(first).detach();
    run(first, builder(first));
    assertThat(nodes.get(first).isManager()).isFalse();
  }

  @Test
  void aManagerThatLeavesIsForgotten() {
    cluster();
    String first = leader();

    nodes.get(first).leave();
    nodes.remove(first);

    await(() -> nameOfLeader() != null && !nameOfLeader().equals(first));
    assertThat(dir.resolve(first).resolve("certificates")).doesNotExist();
    assertThat(dir.resolve(first).resolve("raft")).doesNotExist();
  }

  @Test
  void c10_13_aLockedManagerStartsWithTheUnlockKeyOnly() {
    run("m1", builder("m1").asManager().listen("127.0.0.1", 0));
    Swarm swarm = nodes.get("m1").swarm();
    Cluster cluster = swarm.inspectCluster().await();
    swarm
        .updateCluster(
            cluster.meta().version(), cluster.spec().toBuilder().autoLockManagers(true).build())
        .await();
    String key = swarm.unlockKey().await().orElseThrow();
    await(() -> isLocked("m1/raft/key") && isLocked("m1/certificates/swarm-node.pem"));
    create(3);
    nodes.remove("m1").detach();

    assertThatThrownBy(() -> builder("m1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("needs the unlock key");
    assertThatThrownBy(() -> builder("m1").unlockKey("SWMKEY-1-" + "A".repeat(43)).start())
        .isInstanceOf(PermissionDeniedException.class);
    run("m1", builder("m1").unlockKey(key));
    await(() -> nodes.get("m1").swarm().services().counts("web").await().running() == 3);
  }

  private boolean isLocked(String file) {
    try {
      return Files.readString(dir.resolve(file)).toLowerCase(Locale.ROOT).contains("locked");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void c12_theLastManagerCannotLeave() {
    run("m1", builder("m1").asManager().listen("127.0.0.1", 0));

    assertThatThrownBy(() -> nodes.get("m1").leave())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("last manager");
  }

  @Test
  void c11_10_rotatingRootAndCertificatesOfSixNodesUnderLoadDropsNoTaskAndNoCall() {
    cluster();
    join("w3", NodeRole.WORKER);
    create(30);
    Map<String, List<SimulatedHost.Run>> before = new TreeMap<>();
    hosts.forEach((name, host) -> before.put(name, host.running()));
    AtomicInteger calls = new AtomicInteger();
    CompletableFuture<Void> load = new CompletableFuture<>();
    world.blocking().execute(() -> callUntil(load, calls));

    nodes.get("m2").swarm().rotateRoot().await();
    await(() -> nodes.get("m3").swarm().inspectCluster().await().rootCa().rotation() != null);
    await(() -> nodes.get("m3").swarm().inspectCluster().await().rootCa().rotation() == null);
    int during = calls.get();
    load.complete(null);

    assertThat(load).isCompleted();
    assertThat(during).isPositive();
    hosts.forEach((name, host) -> assertThat(host.running()).as(name).isEqualTo(before.get(name)));
    for (String name : nodes.keySet()) {
      assertThat(object(name).status().state()).as(name).isEqualTo(NodeState.READY);
    }
    create2();
  }

  /** Certificates of the new root do for everything. */
  private void create2() {
    anyManager().swarm().services().scale("web", 31).await();
    await(() -> running() == 31);
  }

  /** A failed call completes {@code stop} exceptionally. */
  private void callUntil(CompletableFuture<Void> stop, AtomicInteger calls) {
    try {
      while (!stop.isDone()) {
        nodes
            .get("m1")
            .swarm()
            .services()
            .update("web", spec -> spec.toBuilder().label("call", "" + calls.get()).build())
            .await();
        nodes.get("m3").swarm().barrier().await();
        calls.incrementAndGet();
      }
    } catch (RuntimeException e) {
      stop.completeExceptionally(e);
    }
  }
}
