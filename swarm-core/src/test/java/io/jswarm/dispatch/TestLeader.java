// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.control.ControlLoop;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.model.Cluster;
import io.jswarm.model.ClusterSpec;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Node;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.Store;
import io.jswarm.store.Tx;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.LocalNetwork;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/**
 * A manager that only dispatches: control loop, store and log are real, tasks come from the test.
 */
public final class TestLeader {
  public static final String ADDRESS = "manager:2377";

  public final SimulatedEnvironment world;
  public final LocalNetwork network;
  public final Store store = new Store();
  public final List<Commit> commits = new ArrayList<>();
  public final Dispatcher dispatcher;
  private final EventLoop loop;
  private final ControlLoop control;
  private final ElectableLog log = new ElectableLog();

  public TestLeader(SimulatedEnvironment world, Duration heartbeatPeriod) {
    this.world = world;
    network = new LocalNetwork(world.environment());
    loop = world.environment().loops().create("control");
    dispatcher = new Dispatcher(world.environment(), loop, store, "leader");
    network.listen(ADDRESS, ChannelKind.DISPATCHER, loop, dispatcher);
    store.watch(Runnable::run, Integer.MAX_VALUE, (commit, view) -> commits.add(commit));
    control = new ControlLoop(loop, store, log, List.of(dispatcher), true);
    ClusterSpec spec = ClusterSpec.defaults().toBuilder().heartbeatPeriod(heartbeatPeriod).build();
    write(tx -> tx.create(Cluster.of("cluster", spec)));
  }

  /** Changes the store and waits until that is durable. */
  public void write(Consumer<Tx> body) {
    CompletableFuture<Boolean> done =
        control
            .write(
                tx -> {
                  body.accept(tx);
                  return true;
                })
            .toCompletableFuture();
    if (!world.runUntil(done::isDone, Duration.ofSeconds(1))) {
      throw new AssertionError("the write did not finish");
    }
    done.join();
    world.settle();
  }

  public void create(StoreObject... objects) {
    write(
        tx -> {
          for (StoreObject object : objects) {
            tx.create(object);
          }
        });
  }

  public void createNode(String id) {
    create(Node.of(id, NodeSpec.worker()));
  }

  public static Task task(String id, String nodeId, TaskState state, TaskState desired) {
    return task(id, nodeId, state, desired, ContainerSpec.of("app"));
  }

  public static Task task(
      String id, String nodeId, TaskState state, TaskState desired, ContainerSpec container) {
    return Task.builder(
            id,
            TaskSpec.of(container),
            TaskStatus.of(state, java.time.Instant.EPOCH, "test"),
            desired)
        .serviceId("service")
        .serviceName("web")
        .slot(1)
        .nodeId(nodeId)
        .build();
  }

  /** An assigned task that is to run. */
  public void assign(String id, String nodeId) {
    create(task(id, nodeId, TaskState.ASSIGNED, TaskState.RUNNING));
  }

  public void updateTask(String id, UnaryOperator<Task> change) {
    write(tx -> tx.update(change.apply(tx.task(id).orElseThrow())));
  }

  public void desire(String id, TaskState state) {
    updateTask(id, task -> task.withDesiredState(state));
  }

  public Task task(String id) {
    return store.view().task(id).orElseThrow();
  }

  public TaskState state(String taskId) {
    return task(taskId).state();
  }

  public NodeState nodeState(String id) {
    return store.view().node(id).orElseThrow().status().state();
  }

  /** Lets this manager lose leadership and win it again. */
  public void changeLeader() {
    depose();
    log.elect();
    world.settle();
  }

  public void depose() {
    log.depose();
    world.settle();
  }

  public void elect() {
    log.elect();
    world.settle();
  }

  /** A log whose leadership the test decides. */
  private static final class ElectableLog implements ReplicatedLog {
    private final MemoryLog log = MemoryLog.throughBytes();
    private Executor owner = Runnable::run;
    private LeadershipListener listener;

    @Override
    public void start(Executor owner, StateMachine machine, LeadershipListener leadership) {
      this.owner = owner;
      this.listener = leadership;
      log.start(owner, machine, leadership);
    }

    void depose() {
      owner.execute(() -> listener.onFollowing(Optional.empty()));
    }

    void elect() {
      owner.execute(() -> listener.onLeading(2));
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
    public Optional<ManagerGroup> group() {
      return Optional.empty();
    }

    @Override
    public int maxEntryBytes() {
      return log.maxEntryBytes();
    }

    @Override
    public void close() {
      log.close();
    }
  }
}
