// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import static io.jswarm.scheduler.Given.GIB;
import static io.jswarm.scheduler.Given.endpoint;
import static io.jswarm.scheduler.Given.node;
import static io.jswarm.scheduler.Given.reserve;
import static io.jswarm.scheduler.Given.spec;
import static io.jswarm.scheduler.Given.state;
import static io.jswarm.scheduler.Given.task;
import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.NodeState;
import io.jswarm.model.PortConfig;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.spi.PlacementDecision.Placed;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** S7.8: tasks that come with their node. */
class PreassignedTest {
  private static final TaskSpec ONE_GIB = spec().reservations(reserve(0, GIB, "")).build();

  @Test
  void c7_22_waitsForItsOwnNodeAndNoOther() {
    TestCluster cluster = new TestCluster(node("a", 1, GIB, ""), node("b", 1, GIB, ""));
    cluster.running("a", task("db", 1, 1, ONE_GIB));
    cluster.put(global("a", ONE_GIB));

    cluster.place();
    assertThat(cluster.whyWaiting()).containsExactly("insufficient resources on 1 node");
    assertThat(cluster.tasks.get("agent-a").state()).isEqualTo(TaskState.PENDING);
    cluster.observe("db.1.1", TaskState.COMPLETE);
    cluster.place();

    assertThat(cluster.tasks.get("agent-a").state()).isEqualTo(TaskState.ASSIGNED);
    assertThat(cluster.nodeOf("agent-a")).isEqualTo("a");
  }

  @Test
  void holdsNothingBeforeItIsConfirmed() {
    TestCluster cluster = new TestCluster(state(node("a", 1, GIB, ""), NodeState.DOWN));
    cluster.put(global("a", ONE_GIB));
    cluster.place();
    cluster.removeTask("agent-a");

    cluster.update("a", node -> state(node, NodeState.READY));
    cluster.service("db", 1, ONE_GIB);
    cluster.place();

    assertThat(cluster.nodeOf("db.1.1")).isEqualTo("a");
  }

  @Test
  void comesBeforeTheQueueWhateverTheOrderItIsHandedIn() {
    TestCluster cluster = new TestCluster(node("a", 1, GIB, ""));
    Task queued = task("db", 1, 1, ONE_GIB);
    Task preassigned = global("a", ONE_GIB);

    List<Task> placed =
        cluster.session.place(List.of(queued, preassigned), cluster.now).stream()
            .filter(Placed.class::isInstance)
            .map(decision -> decision.task())
            .toList();

    assertThat(placed).containsExactly(preassigned);
  }

  @Test
  void isExplainedByTheFirstFilterItsNodeFails() {
    TestCluster cluster = new TestCluster(state(node("a"), NodeState.DOWN), node("b"));
    cluster.put(global("a", ONE_GIB));

    cluster.place();

    assertThat(cluster.whyWaiting()).containsExactly("1 node not available for new tasks");
  }

  @Test
  void waitsWithoutAReason_whenItsNodeIsGone() {
    TestCluster cluster = new TestCluster(node("b"));
    cluster.put(global("a", ONE_GIB));

    cluster.place();

    assertThat(cluster.whyWaiting()).containsExactly("no suitable node");
  }

  @Test
  void eachTaskOfAGlobalServiceIsAskedOfItsOwnNode() {
    TestCluster cluster =
        new TestCluster(node("a", 1, GIB, ""), node("b"), node("c", 1, 2 * GIB, ""));
    for (String id : List.of("a", "b", "c")) {
      cluster.put(global(id, ONE_GIB));
    }

    cluster.place();

    assertThat(cluster.spread("agent")).isEqualTo(Map.of("a", 1, "b", 1, "c", 1));
    assertThat(cluster.waiting()).extracting("id").containsExactly("agent-b");
  }

  @Test
  void claimsResourcesAndPortsLikeAnyOther() {
    TestCluster cluster = new TestCluster(node("a", 1, GIB, "GPU=g1"));
    TaskSpec spec = spec().reservations(reserve(0, 0, "GPU=1")).build();
    cluster.put(global("a", spec).withEndpoint(endpoint(PortConfig.host(80, 80))));
    cluster.place();

    cluster.put(task("gpu", 1, 1, spec));
    cluster.put(task("port", 1, 1, spec().build()).withEndpoint(endpoint(PortConfig.host(80, 80))));
    cluster.place();

    assertThat(cluster.tasks.get("agent-a").assignedGenericResources()).hasSize(1);
    assertThat(cluster.waiting()).extracting("id").containsExactly("gpu.1.1", "port.1.1");
  }

  private static Task global(String nodeId, TaskSpec spec) {
    return task("agent-" + nodeId, "agent", 0, 1, spec).withNodeId(nodeId);
  }
}
