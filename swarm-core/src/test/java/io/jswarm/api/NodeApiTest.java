// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.FailedPreconditionException;
import io.jswarm.InvalidSpecException;
import io.jswarm.SwarmNode;
import io.jswarm.VersionConflictException;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Nodes and the cluster (S12.2, S12.4, S12.6). */
class NodeApiTest extends ApiTest {
  private Node node(String name) {
    return swarm.nodes().inspect(name).await();
  }

  @Test
  void c12_1_aReadyNodeIsRemovedByForceOnly() {
    SwarmNode worker = worker("w1");
    run(web(1));
    Task task = running("web").get(0);

    Throwable error = failure(swarm.nodes().remove("w1", false));
    swarm.nodes().remove("w1", true).await();
    Task orphan = swarm.tasks().inspect(task.id()).await();
    world.runFor(MINUTE);

    assertThat(error).isInstanceOf(FailedPreconditionException.class).hasMessageContaining("force");
    assertThat(orphan.state()).isEqualTo(TaskState.ORPHANED);
    // Its agent goes on trying and is refused.
    assertThat(swarm.nodes().list(Filter.all().id(worker.id())).await()).isEmpty();
  }

  @Test
  void aNodeThatIsDownCanBeRemoved() {
    worker("w1");
    loseWorker("w1");
    assertThat(node("w1").status().state()).isEqualTo(NodeState.DOWN);

    swarm.nodes().remove("w1", false).await();

    assertThat(swarm.nodes().list(Filter.all().name("w1")).await()).isEmpty();
  }

  @Test
  void c12_2_aManagerHasToBeDemotedFirst() {
    assertThat(failure(swarm.nodes().remove("manager", true)))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("demote");
  }

  @Test
  void theLastManagerCannotBeDemoted() {
    assertThat(failure(swarm.nodes().update("manager", NodeApiTest::demoted)))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("last manager");
  }

  private static NodeSpec demoted(NodeSpec spec) {
    return spec.toBuilder().desiredRole(NodeRole.WORKER).build();
  }

  @Test
  void aWorkerIsNotPromotedWhereThereCanBeOneManagerOnly() {
    worker("w1");

    assertThat(failure(swarm.nodes().promote("w1")))
        .isInstanceOf(FailedPreconditionException.class)
        .hasMessageContaining("swarm-raft");
    assertThat(node("w1").spec().desiredRole()).isEqualTo(NodeRole.WORKER);
  }

  @Test
  void c12_14_anUpdateFromAnOldVersionIsRefused() {
    worker("w1");
    Node before = node("w1");
    swarm.nodes().pause("w1").await();

    Throwable error =
        failure(
            swarm
                .nodes()
                .update(
                    "w1",
                    before.meta().version(),
                    before.spec().toBuilder().label("a", "1").build()));

    assertThat(error)
        .isInstanceOf(VersionConflictException.class)
        .hasMessageContaining("update out of sequence");
    assertThat(node("w1").spec().availability()).isEqualTo(NodeAvailability.PAUSE);
    assertThat(node("w1").spec().labels()).doesNotContainKey("a");
  }

  @Test
  void availabilityChanges() {
    worker("w1");

    assertThat(swarm.nodes().drain("w1").await().spec().availability())
        .isEqualTo(NodeAvailability.DRAIN);
    assertThat(swarm.nodes().activate("w1").await().spec().availability())
        .isEqualTo(NodeAvailability.ACTIVE);
  }

  @Test
  void nodesAreFoundByWhatTheyAre() {
    worker("w1");
    worker("w2");

    assertThat(swarm.nodes().list(Filter.all().role("worker").nodeLabel("zone", "w2")).await())
        .extracting(Node::name)
        .containsExactly("w2");
    assertThat(swarm.nodes().list(Filter.all().membership("accepted").name("W")).await())
        .hasSize(2);
    assertThat(swarm.nodes().list(Filter.all().role("manager")).await()).hasSize(1);
  }

  @Test
  void aNameOfTwoNodesIsAmbiguous() {
    worker("w1");
    SwarmNode twin = worker("W1");

    assertThat(failure(swarm.nodes().inspect("w1")))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("ambiguous");
    assertThat(node(twin.id()).name()).isEqualTo("W1");
  }

  @Test
  void tasksAreListedByNodeAndState() {
    SwarmNode w1 = worker("w1");
    worker("w2");
    run(web(4).label("tier", "front"));

    Filter filter =
        Filter.all().service("web").node("w1").desiredState("running").label("tier", "front");

    assertThat(swarm.tasks().list(filter).await())
        .hasSize(2)
        .allMatch(task -> task.nodeId().equals(w1.id()));
    assertThat(swarm.tasks().list(Filter.all().desiredState("shutdown")).await()).isEmpty();
    Task one = running("web").get(0);
    assertThat(swarm.tasks().inspect(one.displayName()).await().id()).isEqualTo(one.id());
  }

  @Test
  void c12_12_theClusterIsShownWithoutItsKeys() {
    Cluster cluster = swarm.inspectCluster().await();

    assertThat(cluster.rootCa().caKey().isEmpty()).isTrue();
    assertThat(cluster.spec().ca().signingCaKey().isEmpty()).isTrue();
    assertThat(cluster.unlockKeys()).isEmpty();
    assertThat(cluster.networkBootstrapKeys()).isEmpty();
  }

  @Test
  void settingsOfTheClusterAreCheckedAndVersioned() {
    Cluster cluster = swarm.inspectCluster().await();
    ClusterSpec slower = cluster.spec().toBuilder().heartbeatPeriod(Duration.ofSeconds(7)).build();
    ClusterSpec wrong = cluster.spec().toBuilder().heartbeatPeriod(Duration.ofSeconds(-1)).build();

    Cluster updated = swarm.updateCluster(cluster.meta().version(), slower).await();

    assertThat(updated.spec()).isEqualTo(slower);
    assertThat(failure(swarm.updateCluster(cluster.meta().version(), slower)))
        .isInstanceOf(VersionConflictException.class);
    assertThat(failure(swarm.updateCluster(updated.meta().version(), wrong)))
        .isInstanceOf(InvalidSpecException.class);
  }
}
