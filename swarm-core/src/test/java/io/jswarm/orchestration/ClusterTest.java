// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.control.ControlLoop;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.Kind;
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
import io.jswarm.model.ServiceSpecBuilder;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.UpdateState;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.extension.TestWatcher;

/**
 * A leader with all its components on virtual time, and nodes that do as the images of their tasks
 * say. A test says what is given and what happens, lets time pass, and looks at the tasks. A
 * failure prints the seed and every commit.
 */
abstract class ClusterTest {
  static final Duration SECOND = Duration.ofSeconds(1);

  final SimulatedEnvironment world;
  final EventLoop loop;
  final Store store = new Store();
  final SwitchableLog log = new SwitchableLog();
  final SpreadingTestEngine engine = new SpreadingTestEngine();
  final TestAgents agents;
  final CommitTrace trace;
  private final ControlLoop control;

  @RegisterExtension
  final TestWatcher printer =
      new TestWatcher() {
        @Override
        public void testFailed(ExtensionContext context, Throwable cause) {
          System.err.println(context.getDisplayName() + " failed: " + story());
        }
      };

  ClusterTest() {
    this(42);
  }

  ClusterTest(long seed) {
    world = new SimulatedEnvironment(seed);
    loop = world.environment().loops().create("control");
    agents = new TestAgents(loop);
    trace = new CommitTrace(world::elapsed);
    store.watch(Runnable::run, Integer.MAX_VALUE, trace);
    control =
        new ControlLoop(
            loop,
            store,
            log,
            LeaderComponents.create(loop, world.environment().ids(), engine, agents),
            true);
    agents.connect(control);
    world.settle();
  }

  @AfterEach
  void nothingForbiddenHappened() {
    assertThat(trace.violations()).isEmpty();
  }

  /** The seed that replays this, and what happened. */
  final String story() {
    return "seed " + world.seed() + "\n" + trace.text();
  }

  // Given and when

  /** Active, ready nodes with 1 GiB of memory; the name is the id. */
  final void nodes(String... names) {
    for (String name : names) {
      node(name, node -> node);
    }
  }

  final void node(String name, Function<Node, Node> change) {
    Node node =
        Node.of(name, NodeSpec.worker())
            .withStatus(new NodeStatus(NodeState.READY, "", "10.0.0.1"))
            .withDescription(description(name, 1024));
    write(tx -> tx.create(change.apply(node)));
  }

  static NodeDescription description(String name, long mebibytes) {
    return NodeDescription.of(
        name, new Platform("linux", "amd64"), NodeResources.of(4, mebibytes << 20));
  }

  final void changeNode(String name, Function<Node, Node> change) {
    write(tx -> tx.update(change.apply(tx.node(name).orElseThrow())));
  }

  final void nodeState(String name, NodeState state) {
    changeNode(name, node -> node.withStatus(new NodeStatus(state, "", node.status().addr())));
  }

  /** The node falls silent and is found to be down. */
  final void nodeDies(String name) {
    agents.silence(name);
    nodeState(name, NodeState.DOWN);
  }

  /** The node is heard of again, and does what it was told meanwhile. */
  final void nodeReturns(String name) {
    nodeState(name, NodeState.READY);
    agents.revive(name, view().tasksOfNode(name));
    world.settle();
  }

  final void availability(String name, NodeAvailability availability) {
    changeNode(
        name, node -> node.withSpec(node.spec().toBuilder().availability(availability).build()));
  }

  final void label(String name, String key, String value) {
    changeNode(name, node -> node.withSpec(node.spec().toBuilder().label(key, value).build()));
  }

  final void historyLimit(long limit) {
    ClusterSpec spec = ClusterSpec.defaults().toBuilder().taskHistoryRetentionLimit(limit).build();
    write(tx -> tx.create(Cluster.of("cluster", spec)));
  }

  final Service create(ServiceSpecBuilder spec) {
    return write(tx -> tx.create(Service.of(world.environment().ids().next(), spec.build())));
  }

  /** Changes a service as the control API does (S1.5). */
  final void update(String name, Consumer<ServiceSpecBuilder> change) {
    write(
        tx -> {
          Service old = named(tx, name);
          ServiceSpecBuilder spec = old.spec().toBuilder();
          change.accept(spec);
          return tx.update(
              old.toBuilder()
                  .spec(spec.build())
                  .specVersion(old.meta().version())
                  .previousSpec(old.spec())
                  .previousSpecVersion(old.specVersion())
                  .updateStatus(null)
                  .build());
        });
  }

  final void scale(String name, long replicas) {
    update(name, spec -> spec.replicas(replicas));
  }

  final void remove(String name) {
    write(
        tx -> {
          tx.delete(named(tx, name));
          return true;
        });
  }

  final void image(String image, Behaviour behaviour) {
    agents.behave(image, behaviour);
  }

  final void pass(Duration time) {
    world.runFor(time);
  }

  final void passSeconds(double seconds) {
    world.runFor(Duration.ofMillis(Math.round(seconds * 1000)));
  }

  final void fail(Task task) {
    report(task, TaskState.FAILED);
  }

  final void report(Task task, TaskState state) {
    agents.report(task.id(), state, "told to");
    world.settle();
  }

  final void loseLeadership() {
    log.follow();
    world.settle();
  }

  final void lead() {
    log.lead();
    world.settle();
  }

  /** The components start anew from what is stored. */
  final void changeLeader() {
    loseLeadership();
    lead();
  }

  /** Runs a transaction and lets everything that follows at the same instant happen. */
  final <R> R write(Function<Tx, R> body) {
    CompletableFuture<R> result = control.write(body).toCompletableFuture();
    world.settle();
    assertThat(result).as("a write, which needs a leader").isDone();
    return result.join();
  }

  /** For writes that are not waited for. */
  final ControlLoop control() {
    return control;
  }

  // Then

  final ReadView view() {
    return store.view();
  }

  final Service service(String name) {
    return named(view(), name);
  }

  final List<Task> tasks() {
    return StreamSupport.stream(view().tasks().spliterator(), false).toList();
  }

  /** Tasks of a service, oldest first. */
  final List<Task> tasks(String service) {
    return tasks().stream()
        .filter(task -> task.serviceName().equals(service))
        .sorted(RestartSupervisor.BY_AGE)
        .toList();
  }

  final List<Task> tasks(String service, Predicate<Task> which) {
    return tasks(service).stream().filter(which).toList();
  }

  /** Tasks meant to run, now or later, by slot. */
  final List<Task> live(String service) {
    return tasks(service, DesiredState::isLive).stream()
        .sorted(Comparator.comparingInt(Task::slot).thenComparing(RestartSupervisor.BY_AGE))
        .toList();
  }

  final List<Task> running(String service) {
    return live(service).stream().filter(task -> task.state() == TaskState.RUNNING).toList();
  }

  /** The one live task of a slot. */
  final Task slot(String service, int slot) {
    List<Task> inSlot = new ArrayList<>(live(service));
    inSlot.removeIf(task -> task.slot() != slot);
    assertThat(inSlot).as("live tasks of slot %d", slot).hasSize(1);
    return inSlot.get(0);
  }

  final Task now(Task task) {
    return view().task(task.id()).orElseThrow(() -> new AssertionError("gone: " + task));
  }

  final Optional<UpdateState> updateState(String service) {
    return Optional.ofNullable(service(service).updateStatus()).map(status -> status.state());
  }

  static List<Integer> slots(List<Task> tasks) {
    return tasks.stream().map(Task::slot).toList();
  }

  static List<String> images(List<Task> tasks) {
    return tasks.stream().map(ClusterTest::image).toList();
  }

  static String image(Task task) {
    return task.spec().container().orElseThrow().image();
  }

  /** How many of these tasks each node has. */
  static Map<String, Long> perNode(List<Task> tasks) {
    return tasks.stream()
        .collect(Collectors.groupingBy(Task::nodeId, TreeMap::new, Collectors.counting()));
  }

  static ServiceSpecBuilder web(long replicas) {
    return ServiceSpec.replicated("web", replicas).image("v1");
  }

  private static Service named(ReadView view, String name) {
    return (Service)
        view.byName(Kind.SERVICE, name).orElseThrow(() -> new AssertionError("no " + name));
  }
}
