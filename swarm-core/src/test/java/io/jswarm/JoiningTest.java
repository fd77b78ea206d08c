// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.api.Filter;
import io.jswarm.loop.Environment;
import io.jswarm.model.Cluster;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.UnlockKey;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that find each other over the network, with tokens and certificates (S11). */
class JoiningTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir private Path dir;

  private final Environment world = Environment.system();
  private final Map<String, SimulatedHost> hosts = new TreeMap<>();
  private final Deque<SwarmNode> nodes = new ArrayDeque<>();

  @AfterEach
  void close() {
    while (!nodes.isEmpty()) {
      nodes.pop().close();
    }
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

  private SwarmNode run(SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.push(node);
    return node;
  }

  private SwarmNode manager(String name) {
    return run(builder(name).asManager().listen("127.0.0.1", 0));
  }

  private static String address(SwarmNode manager) {
    return manager.swarm().nodes().inspect(manager.id()).await().managerStatus().addr();
  }

  private static String token(SwarmNode manager, NodeRole role) {
    return manager.swarm().joinToken(role).await();
  }

  private SwarmNode.Builder joining(String name, SwarmNode manager, NodeRole role) {
    return builder(name).join(address(manager), token(manager, role));
  }

  private void await(BooleanSupplier condition) {
    long end = world.time().nanoTime() + LONG.toNanos();
    while (!condition.getAsBoolean()) {
      assertThat(world.time().nanoTime() - end).as("still waiting").isNegative();
      world.awaiter().await(new java.util.concurrent.CompletableFuture<>(), Duration.ofMillis(10));
    }
  }

  private static Node object(SwarmNode manager, SwarmNode node) {
    return manager.swarm().nodes().inspect(node.id()).await();
  }

  @Test
  void c11_1_aWorkerTokenMakesAWorkerThatRunsTasks() {
    SwarmNode manager = manager("m1");

    SwarmNode worker = run(joining("w1", manager, NodeRole.WORKER).label("disk", "ssd"));

    assertThat(worker.isManager()).isFalse();
    assertThat(object(manager, worker).role()).isEqualTo(NodeRole.WORKER);
    assertThat(object(manager, worker).spec().labels()).containsEntry("disk", "ssd");
    await(() -> object(manager, worker).status().state() == NodeState.READY);
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 4).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    assertThat(hosts.get("w1").running()).hasSize(2);
  }

  @Test
  void aNodeThatStartsAgainNeedsNoToken() {
    SwarmNode manager = manager("m1");
    SwarmNode worker = run(joining("w1", manager, NodeRole.WORKER));
    String id = worker.id();
    nodes.pop().detach();

    SwarmNode again = run(builder("w1"));

    assertThat(again.id()).isEqualTo(id);
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(2);
  }

  @Test
  void keysAreTheOwnersOnly() throws Exception {
    manager("m1");

    Path certificates = dir.resolve("m1/certificates");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(certificates)))
        .isEqualTo("rwx------");
    assertThat(
            PosixFilePermissions.toString(
                Files.getPosixFilePermissions(certificates.resolve("swarm-node.pem"))))
        .isEqualTo("rw-------");
    assertThat(certificates.resolve("swarm-root-ca.key")).doesNotExist();
  }

  @Test
  void c11_3_aRotatedTokenLetsNobodyInAndNodesStay() {
    SwarmNode manager = manager("m1");
    SwarmNode worker = run(joining("w1", manager, NodeRole.WORKER));
    SwarmNode.Builder late = joining("w2", manager, NodeRole.WORKER);

    manager.swarm().rotateJoinToken(NodeRole.WORKER).await();

    assertThatThrownBy(late::start)
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("a valid join token is needed");
    assertThat(object(manager, worker).status().state()).isEqualTo(NodeState.READY);
    run(joining("w3", manager, NodeRole.WORKER));
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(3);
  }

  @Test
  void c11_2_aTokenOfAnotherClusterIsNotShownToThisOne() {
    SwarmNode here = manager("m1");
    SwarmNode there = manager("m2");

    assertThatThrownBy(
            () -> builder("w1").join(address(here), token(there, NodeRole.WORKER)).start())
        .isInstanceOf(PermissionDeniedException.class)
        .hasMessageContaining("another digest");
    assertThat(here.swarm().nodes().list(Filter.all()).await()).hasSize(1);
    assertThat(dir.resolve("w1/certificates/swarm-node.pem")).doesNotExist();
  }

  @Test
  void aTokenForTheOtherRoleIsRefused() {
    SwarmNode manager = manager("m1");

    assertThatThrownBy(() -> joining("w1", manager, NodeRole.WORKER).asManager().start())
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("WORKER");
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(1);
  }

  @Test
  void whatIsNoTokenIsToldWithoutRepeatingIt() {
    SwarmNode manager = manager("m1");

    assertThatThrownBy(() -> builder("w1").join(address(manager), "SWMTKN-1-secret").start())
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("SWMTKN-1-<50 digits>")
        .hasMessageNotContaining("secret");
  }

  @Test
  void severalAddressesAreTried() {
    SwarmNode manager = manager("m1");

    SwarmNode worker =
        run(
            builder("w1")
                .join(List.of("127.0.0.1:1", address(manager)), token(manager, NodeRole.WORKER)));

    assertThat(object(manager, worker).role()).isEqualTo(NodeRole.WORKER);
  }

  @Test
  void c11_8_aRemovedNodeIsRefusedAndJoinsAsAnother() {
    SwarmNode manager = manager("m1");
    SwarmNode worker = run(joining("w1", manager, NodeRole.WORKER));
    String before = worker.id();

    manager.swarm().nodes().remove(before, true).await();
    nodes.pop().detach();

    assertThatThrownBy(() -> builder("w1").start()).isInstanceOf(UnavailableException.class);
    SwarmNode again = run(joining("w1-new", manager, NodeRole.WORKER));
    assertThat(again.id()).isNotEqualTo(before);
  }

  @Test
  void c11_10_theRootIsRotatedWithoutTasksNoticing() {
    SwarmNode manager = manager("m1");
    SwarmNode worker = run(joining("w1", manager, NodeRole.WORKER));
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 6).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    List<?> before = hosts.get("w1").running();
    Cluster old = manager.swarm().inspectCluster().await();

    manager.swarm().rotateRoot().await();
    await(() -> manager.swarm().inspectCluster().await().rootCa().rotation() == null);

    Cluster rotated = manager.swarm().inspectCluster().await();
    assertThat(rotated.rootCa().caCert()).isNotEqualTo(old.rootCa().caCert());
    assertThat(rotated.rootCa().joinTokens()).isNotEqualTo(old.rootCa().joinTokens());
    assertThat(hosts.get("w1").running()).isEqualTo(before);
    assertThat(object(manager, worker).status().state()).isEqualTo(NodeState.READY);
    SwarmNode late = run(joining("w2", manager, NodeRole.WORKER));
    assertThat(object(manager, late).role()).isEqualTo(NodeRole.WORKER);
    nodes.pop().close();
    nodes.pop().detach();
    SwarmNode again = run(builder("w1"));
    await(() -> object(manager, again).status().state() == NodeState.READY);
  }

  @Test
  void c12_13_managersAreLockedWithAKeyThatCanBeReplaced() {
    SwarmNode manager = manager("m1");
    Path pem = dir.resolve("m1/certificates/swarm-node.pem");
    assertThat(manager.swarm().rotateUnlockKey().await()).isEmpty();
    Cluster cluster = manager.swarm().inspectCluster().await();

    manager
        .swarm()
        .updateCluster(
            cluster.meta().version(), cluster.spec().toBuilder().autoLockManagers(true).build())
        .await();
    String first = manager.swarm().unlockKey().await().orElseThrow();
    await(() -> read(pem).contains("LOCKED PRIVATE KEY"));
    String second = manager.swarm().rotateUnlockKey().await().orElseThrow();

    assertThat(first).matches("SWMKEY-1-[A-Za-z0-9+/]{43}").isNotEqualTo(second);
    await(() -> opens(pem.getParent(), second));
    assertThat(opens(pem.getParent(), first)).isFalse();
    assertThatThrownBy(() -> IdentityFiles.in(pem.getParent(), null).load())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("needs the unlock key");
  }

  private static boolean opens(Path certificates, String key) {
    try {
      return IdentityFiles.in(certificates, UnlockKey.parse(key)).load().isPresent();
    } catch (PermissionDeniedException e) {
      return false;
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void aManagerStartsAgainWithTheSameAddressAndCluster() {
    SwarmNode manager = manager("m1");
    String address = address(manager);
    String id = manager.id();
    String token = token(manager, NodeRole.WORKER);
    nodes.pop().detach();
    assertThat(token).matches("SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}");

    // A log in memory is gone with its process: the node is who it was, and cannot begin another.
    assertThatThrownBy(() -> builder("m1").start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("swarm-raft");
    assertThat(id).isNotEmpty();
    assertThat(address).startsWith("127.0.0.1:");
  }
}
