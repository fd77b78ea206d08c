// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.placement;

import io.jswarm.control.Component;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Node;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.orchestration.LeaderComponents;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.spi.PlacementEngine;
import io.jswarm.store.Commit;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.ReadView;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * One row of {@link PlacementBenchmark} in a JVM of its own. What is timed, as in SwarmKit's own
 * benchmark: the nodes and waiting tasks are in the store, and the scheduler starts, until the last
 * task is ASSIGNED in the store. Ours writes through the log. Or all of a leader's components start
 * instead, of which the others look at each service and task too.
 */
final class PlacementRun {
  private static final Duration LONG = Duration.ofMinutes(10);
  private static final int PER_TRANSACTION = 1_000;

  static final Duration WARM_UP = Duration.ofSeconds(20);
  static final int MEASURED = 5;

  private final Environment world = Environment.system();
  private final Workload work;
  private final boolean schedulerOnly;
  private final List<Node> nodes;
  private final List<Service> services;
  private final List<Task> tasks;

  private PlacementRun(Workload work, boolean schedulerOnly) {
    this.work = work;
    this.schedulerOnly = schedulerOnly;
    this.nodes = work.makeNodes();
    this.services = work.makeServices();
    this.tasks = work.makeTasks(services);
  }

  /**
   * Prints seconds: of the first run, the median of those once the JVM is warm, and that of the
   * engine alone.
   *
   * @param args number of the row; {@code scheduler} or {@code leader}
   */
  public static void main(String[] args) {
    PlacementRun run =
        new PlacementRun(
            Workload.TABLE.get(Integer.parseInt(args[0])), args[1].equals("scheduler"));
    double cold = run.once();
    long begin = System.nanoTime();
    while (System.nanoTime() - begin < WARM_UP.toNanos()) {
      run.once();
      run.engineAlone();
    }
    double[] warm = new double[MEASURED];
    double[] alone = new double[MEASURED];
    for (int i = 0; i < MEASURED; i++) {
      warm[i] = run.once();
      alone[i] = run.engineAlone();
    }
    Arrays.sort(warm);
    Arrays.sort(alone);
    System.out.println(cold + " " + warm[MEASURED / 2] + " " + alone[MEASURED / 2]);
    System.exit(0);
  }

  private double once() {
    try (EventLoop loop = world.loops().create("control")) {
      Store store = new Store();
      fill(loop, store);
      System.gc(); // of the run before
      Assigned assigned = new Assigned();
      var watch = store.watch(Runnable::run, Integer.MAX_VALUE, assigned);
      List<Component> components =
          LeaderComponents.create(loop, world.ids(), new SpreadPlacementEngine()).stream()
              .filter(component -> !schedulerOnly || component.name().equals("scheduler"))
              .toList();
      long begin = System.nanoTime();
      ControlLoop control = new ControlLoop(loop, store, MemoryLog.create(), components, false);
      world.awaiter().await(assigned.all, LONG);
      double seconds = (System.nanoTime() - begin) / 1e9;
      watch.close();
      control.close();
      return seconds;
    }
  }

  private void fill(EventLoop loop, Store store) {
    ControlLoop writer = new ControlLoop(loop, store, MemoryLog.create(), List.of(), false);
    List<StoreObject> all = new ArrayList<>(nodes);
    all.addAll(services);
    all.addAll(tasks);
    List<CompletionStage<Boolean>> writes = new ArrayList<>();
    for (int at = 0; at < all.size(); at += PER_TRANSACTION) {
      List<StoreObject> some = all.subList(at, Math.min(all.size(), at + PER_TRANSACTION));
      writes.add(
          writer.write(
              tx -> {
                some.forEach(tx::create);
                return true;
              }));
    }
    writes.forEach(write -> world.awaiter().await(write, LONG));
    writes.forEach(write -> write.toCompletableFuture().join());
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    loop.execute(
        () -> {
          writer.close();
          closed.complete(true);
        });
    world.awaiter().await(closed, LONG);
  }

  private double engineAlone() {
    PlacementEngine.Session session = new SpreadPlacementEngine().open();
    nodes.forEach(session::put);
    long begin = System.nanoTime();
    int decisions = session.place(tasks, Instant.EPOCH).size();
    double seconds = (System.nanoTime() - begin) / 1e9;
    if (decisions != tasks.size()) {
      throw new IllegalStateException(decisions + " decisions for " + tasks.size() + " tasks");
    }
    return seconds;
  }

  private final class Assigned implements WatchListener {
    final CompletableFuture<Boolean> all = new CompletableFuture<>();
    private int count;

    @Override
    public void onCommit(Commit commit, ReadView state) {
      for (StoreEvent event : commit.events()) {
        if (event.object() instanceof Task task && task.state() == TaskState.ASSIGNED) {
          count++;
        }
      }
      if (count == work.tasks()) {
        all.complete(true);
      }
    }
  }
}
