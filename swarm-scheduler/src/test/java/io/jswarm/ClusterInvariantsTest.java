// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.model.Node;
import io.jswarm.model.NodeAvailability;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.NodeStatus;
import io.jswarm.model.Platform;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.Batch;
import io.jswarm.store.Store;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The invariants notice when they are broken: each test breaks one. */
class ClusterInvariantsTest {
  private final Store store = new Store();
  private final ClusterInvariants invariants = new ClusterInvariants();
  private Instant now = Instant.parse("2030-01-01T00:00:00Z");
  private long index;

  @BeforeEach
  void oneServiceAndTwoNodes() {
    store.watch(Runnable::run, 1_000, invariants);
    commit(
        tx -> {
          tx.create(
              Service.of(
                  "s",
                  ServiceSpec.replicated("web", 2)
                      .image("app")
                      .reserve(0.5, 64 << 20)
                      .constraint("node.labels.zone == a")
                      .restart(restart -> restart.delay(Duration.ofSeconds(5)).maxAttempts(1))
                      .build()));
          tx.create(node("n1", "a"));
          tx.create(node("n2", "b"));
        });
    assertThat(invariants.violations()).isEmpty();
  }

  private static Node node(String id, String zone) {
    NodeSpec spec = NodeSpec.worker().toBuilder().name(id).label("zone", zone).build();
    NodeResources resources = new NodeResources(1_000_000_000L, 1L << 30, List.of());
    return Node.of(id, spec)
        .withStatus(new NodeStatus(NodeState.READY, "", ""))
        .withDescription(NodeDescription.of(id, Platform.ANY, resources));
  }

  private void commit(Consumer<Tx> body) {
    Batch batch = store.begin(now, 1 << 20);
    batch.amend(body);
    batch.entries().forEach(entry -> store.apply(++index, entry));
    now = now.plusSeconds(1);
  }

  private Task task(Tx tx, String id, int slot, String node, TaskState state, TaskState desired) {
    Service service = tx.service("s").orElseThrow();
    return Task.builder(id, service.spec().task(), TaskStatus.of(state, now, ""), desired)
        .serviceId("s")
        .serviceName("web")
        .slot(slot)
        .nodeId(node)
        .build();
  }

  private void create(String id, int slot, String node, TaskState state, TaskState desired) {
    commit(tx -> tx.create(task(tx, id, slot, node, state, desired)));
  }

  private void observe(String id, TaskState state) {
    commit(
        tx -> {
          Task task = tx.task(id).orElseThrow();
          tx.update(task.withStatus(TaskStatus.of(state, now, "")));
        });
  }

  private void desire(String id, TaskState desired) {
    commit(tx -> tx.update(tx.task(id).orElseThrow().withDesiredState(desired)));
  }

  private void assertBroken(String invariant) {
    assertThat(invariants.violations()).isNotEmpty().allMatch(line -> line.contains(invariant));
  }

  @Test
  void i2_twoWantedTasksInOneSlot() {
    create("t1", 1, "n1", TaskState.RUNNING, TaskState.RUNNING);
    create("t2", 1, "n1", TaskState.PENDING, TaskState.READY);

    assertBroken("I-2");
  }

  @Test
  void i4_aNodeAgainstTheConstraints() {
    create("t1", 1, "n2", TaskState.ASSIGNED, TaskState.RUNNING);

    assertBroken("I-4");
  }

  @Test
  void i4_moreReservedThanThereIs() {
    for (int slot = 1; slot <= 3; slot++) {
      create("t" + slot, slot, "n1", TaskState.ASSIGNED, TaskState.RUNNING);
    }

    assertBroken("I-4");
  }

  @Test
  void i4_aPausedNode() {
    availability(NodeAvailability.PAUSE);
    create("t1", 1, "n1", TaskState.ASSIGNED, TaskState.RUNNING);

    assertBroken("I-4");
  }

  @Test
  void i5_statesThatGoBackAndTasksThatMove() {
    create("t1", 1, "n1", TaskState.RUNNING, TaskState.RUNNING);
    observe("t1", TaskState.STARTING);
    assertBroken("I-5");

    create("t2", 2, "n1", TaskState.RUNNING, TaskState.SHUTDOWN);
    desire("t2", TaskState.RUNNING);
    commit(tx -> tx.update(tx.task("t1").orElseThrow().withNodeId("n2")));

    assertThat(invariants.violations()).filteredOn(line -> line.contains("I-5")).hasSize(3);
  }

  @Test
  void i7_aReplacementThatDoesNotWaitAndOneTooMany() {
    create("t1", 1, "n1", TaskState.RUNNING, TaskState.RUNNING);
    observe("t1", TaskState.FAILED);
    desire("t1", TaskState.SHUTDOWN);
    create("t2", 1, "n1", TaskState.ASSIGNED, TaskState.READY);
    desire("t2", TaskState.RUNNING);
    assertBroken("I-7");

    observe("t2", TaskState.FAILED);
    desire("t2", TaskState.SHUTDOWN);
    create("t3", 1, "n1", TaskState.ASSIGNED, TaskState.READY);
    now = now.plusSeconds(60);
    desire("t3", TaskState.RUNNING);

    assertThat(invariants.violations()).hasSize(2).last().asString().contains("attempt 2 of 1");
  }

  @Test
  void i8_aDrainedNodeWithAWantedTask() {
    create("t1", 1, "n1", TaskState.RUNNING, TaskState.RUNNING);
    availability(NodeAvailability.DRAIN);

    assertBroken("I-8");
  }

  @Test
  void nothingIsWrongWithAnOrdinaryLife() {
    create("t1", 1, "", TaskState.NEW, TaskState.RUNNING);
    commit(tx -> tx.update(tx.task("t1").orElseThrow().withNodeId("n1")));
    observe("t1", TaskState.RUNNING);
    observe("t1", TaskState.FAILED);
    desire("t1", TaskState.SHUTDOWN);
    create("t2", 1, "n1", TaskState.READY, TaskState.READY);
    now = now.plusSeconds(5);
    desire("t2", TaskState.RUNNING);

    assertThat(invariants.violations()).isEmpty();
  }

  private void availability(NodeAvailability availability) {
    commit(
        tx -> {
          Node node = tx.node("n1").orElseThrow();
          tx.update(node.withSpec(node.spec().toBuilder().availability(availability).build()));
        });
  }
}
