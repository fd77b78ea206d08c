// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.api.Filter;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.NodeState;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.testing.Leftovers;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Starting a node, and what is left of one that could not be started. */
class NodeStartTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(42);
  private final Leftovers leftovers = new Leftovers();
  @TempDir Path dir;

  private SwarmNode.Builder manager() {
    return SwarmNode.builder().asManager().placement(new SpreadingTestEngine());
  }

  private SwarmNode.Builder simulated(SwarmNode.Builder node) {
    return node.environment(world.environment())
        .runtime(SimulatedHost.builder(world.environment()).build().runtime());
  }

  @Test
  void aManagerIsReadyOnceItHasStarted() {
    try (SwarmNode node = simulated(manager().name("m")).start()) {
      assertThat(node.isManager()).isTrue();
      assertThat(node.swarm().nodes().inspect("m").await().status().state())
          .isEqualTo(NodeState.READY);
      assertThat(world.elapsed()).isZero();
    }
  }

  @Test
  void whatABuilderLacksIsSaid() {
    assertThatThrownBy(() -> SwarmNode.builder().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("asManager() or asWorker()");
    assertThatThrownBy(() -> SwarmNode.builder().asWorker().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("join(manager)");
  }

  @Test
  void aBuilderStartsOneNode() {
    SwarmNode.Builder builder = simulated(manager());
    try (SwarmNode node = builder.start()) {
      assertThatThrownBy(builder::start)
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("one for each node");
      assertThat(node.swarm().nodes().list(Filter.all()).await()).hasSize(1);
    }
  }

  @Test
  void aSecondManagerNeedsALogOfSeveralManagers() {
    try (SwarmNode first = simulated(manager()).start()) {
      assertThatThrownBy(() -> simulated(manager().join(first)).start())
          .isInstanceOf(FailedPreconditionException.class)
          .hasMessageContaining("io.jswarm:swarm-raft");
      assertThat(first.swarm().nodes().list(Filter.all()).await()).hasSize(1);
    }
  }

  @Test
  void aSurvivorNeedsALogToGoOnWith() {
    assertThatThrownBy(() -> simulated(manager().forceNewCluster()).start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("io.jswarm:swarm-raft");
    assertThatThrownBy(() -> manager().rejoin().start())
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("join(manager)");
  }

  @Test
  void badSettingsAreRefusedBeforeAnythingIsOpened() {
    ClusterSpec wrong =
        ClusterSpec.defaults().toBuilder().heartbeatPeriod(Duration.ofSeconds(-1)).build();

    assertThatThrownBy(() -> manager().cluster(wrong).label("", "x").dataDir(dir).start())
        .isInstanceOf(InvalidSpecException.class);
    assertThat(dir).isEmptyDirectory();
  }

  @Test
  void aWorkerHasNoControlApi() {
    try (SwarmNode manager = simulated(manager()).start();
        SwarmNode worker =
            SwarmNode.builder()
                .asWorker()
                .join(manager)
                .runtime(SimulatedHost.builder(world.environment()).build().runtime())
                .start()) {
      assertThatThrownBy(worker::swarm)
          .isInstanceOf(PermissionDeniedException.class)
          .hasMessageContaining("is a worker");
      assertThatThrownBy(() -> SwarmNode.builder().asWorker().join(worker))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void aManagerWithoutAPlacementEngineLeavesNothing() throws InterruptedException {
    assertThatThrownBy(() -> SwarmNode.builder().asManager().start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("swarm-scheduler");
    leftovers.assertNone();
  }

  @Test
  void aManagerWithoutItsRuntimeLeavesNothing() throws InterruptedException {
    AbsentRuntime runtime = new AbsentRuntime();

    assertThatThrownBy(() -> manager().dataDir(dir).runtime(runtime).start())
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("its runtime, absent, is not available: no engine answers");

    assertThat(runtime.isClosed()).isTrue();
    leftovers.assertNone();
    NodeDirectory.open(dir).close(); // nobody holds it
  }

  @Test
  void aWorkerWithoutItsRuntimeDoesNotJoin() throws InterruptedException {
    try (SwarmNode manager = manager().start()) {
      Leftovers ofWorker = new Leftovers();

      assertThatThrownBy(
              () ->
                  SwarmNode.builder().asWorker().join(manager).runtime(new AbsentRuntime()).start())
          .isInstanceOf(FailedPreconditionException.class);

      assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(1);
      ofWorker.assertNone();
    }
    leftovers.assertNone();
  }

  @Test
  void aNodeThatComesBackInAnotherRoleLeavesNothing() throws InterruptedException, IOException {
    try (SwarmNode manager = manager().start()) {
      Leftovers ofWorker = new Leftovers();
      Files.writeString(dir.resolve("node-id"), manager.id());

      assertThatThrownBy(() -> SwarmNode.builder().asWorker().join(manager).dataDir(dir).start())
          .isInstanceOf(AlreadyExistsException.class)
          .hasMessageContaining("as a manager");

      ofWorker.assertNone();
      NodeDirectory.open(dir).close(); // nobody holds it
    }
    leftovers.assertNone();
  }

  @Test
  void closingTwiceIsClosingOnce() throws InterruptedException {
    SwarmNode manager = manager().start();
    SwarmNode worker = SwarmNode.builder().asWorker().join(manager).start();

    manager.close();
    worker.close();
    manager.close();
    worker.detach();

    leftovers.assertNone();
  }
}
