// SPDX-License-Identifier: Apache-2.0
package io.jswarm.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.dispatch.TestLeader;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.store.Commit;
import io.jswarm.store.StoreEvent;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;

/** A leader, one host, and an agent that can be restarted. */
final class AgentRig {
  static final String NODE = "n1";

  final SimulatedEnvironment world;
  final TestLeader leader;
  final SimulatedHost host;
  final TaskDatabase database = TaskDatabase.inMemory();
  Agent agent;

  AgentRig(long seed) {
    this(seed, builder -> builder);
  }

  AgentRig(long seed, UnaryOperator<SimulatedHost.Builder> hostSettings) {
    world = new SimulatedEnvironment(seed);
    leader = new TestLeader(world, Duration.ofSeconds(1));
    host = hostSettings.apply(SimulatedHost.builder(world.environment()).keepRuns()).build();
    leader.createNode(NODE);
  }

  /** An agent that registers at once. */
  AgentRig startAgent() {
    agent = newAgent();
    agent.start();
    world.settle();
    return this;
  }

  Agent newAgent() {
    return Agent.builder(NODE, world.environment(), leader.network, host.runtime())
        .manager(TestLeader.ADDRESS)
        .database(database)
        .build();
  }

  void assign(String id) {
    leader.assign(id, NODE);
  }

  void cutOff() {
    leader.network.faults().isolate(NODE);
  }

  void reconnect() {
    leader.network.faults().heal(NODE);
  }

  List<String> running() {
    return host.running().stream().map(SimulatedHost.Run::taskId).toList();
  }

  List<String> present() {
    return host.tasks().stream().map(SimulatedHost.Run::taskId).toList();
  }

  void awaitState(String taskId, TaskState state, Duration limit) {
    assertThat(world.runUntil(() -> leader.state(taskId) == state, limit))
        .as("%s becomes %s within %s, is %s", taskId, state, limit, leader.task(taskId).status())
        .isTrue();
  }

  /** The states a task went through in the store, in order. */
  List<TaskState> history(String taskId) {
    List<TaskState> states = new ArrayList<>();
    for (Commit commit : leader.commits) {
      for (StoreEvent event : commit.events()) {
        if (event.object() instanceof Task task
            && task.id().equals(taskId)
            && (states.isEmpty() || states.get(states.size() - 1) != task.state())) {
          states.add(task.state());
        }
      }
    }
    return states;
  }

  /** Observed states never went back (S2.2). */
  void assertStatesWereMonotone() {
    Map<String, TaskState> last = new TreeMap<>();
    for (Commit commit : leader.commits) {
      for (StoreEvent event : commit.events()) {
        if (event.object() instanceof Task task) {
          TaskState before = last.put(task.id(), task.state());
          assertThat(before == null || before.atMost(task.state()))
              .as("task %s went from %s to %s", task.id(), before, task.state())
              .isTrue();
        }
      }
    }
  }
}
