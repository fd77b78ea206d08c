// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import io.jswarm.Reply;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.Platform;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.Commit;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.WatchListener;
import io.jswarm.transport.LocalNetwork;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/** One run of {@link C1mBenchmark} in a JVM of its own. */
final class C1mRun {
  private static final Duration LONG = Duration.ofMinutes(10);

  private final int services = Integer.getInteger("bench.services", 1_000);
  private final int replicas = Integer.getInteger("bench.replicas", 1_000);
  private final int nodes = Integer.getInteger("bench.nodes", 5_000);
  private final Environment world = Environment.system();
  private final Counting counting = new Counting();

  private C1mRun() {}

  /** Prints the times from the first call of the API. */
  public static void main(String[] args) {
    new C1mRun().run(args.length > 0 && Boolean.parseBoolean(args[0]));
    System.exit(0);
  }

  private void run(boolean raft) {
    if (!raft) {
      run(MemoryLog.create(), () -> {});
      return;
    }
    try (Followers followers = new Followers()) {
      ReplicatedLog log = followers.leaderLog(world);
      run(
          log,
          () -> {
            followers.add("m2", log, world);
            followers.add("m3", log, world);
          });
    }
  }

  private void run(ReplicatedLog log, Runnable onceItLeads) {
    LocalNetwork network = new LocalNetwork(world);
    EventLoop agents = world.loops().create("agents");
    ControlPlane plane = new ControlPlane(world, network, "m1", log);
    plane.swarm().barrier().await();
    onceItLeads.run();
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < nodes; i++) {
      ids.add(world.ids().next());
    }
    plane.initialise(ids);
    NodeDescription description =
        NodeDescription.of(
            "host", new Platform("linux", "x86_64"), NodeResources.of(64, 256L << 30));
    agents.execute(
        () ->
            ids.forEach(
                id -> new SimulatedAgent(id, description, agents, counting).start(network)));
    world.awaiter().await(counting.registered, LONG);
    measure(plane);
    plane.close();
  }

  private void measure(ControlPlane plane) {
    int tasks = services * replicas;
    var watch = plane.store().watch(Runnable::run, Integer.MAX_VALUE, counting);
    long start = System.nanoTime();
    List<Reply<Service>> created = new ArrayList<>();
    for (int i = 0; i < services; i++) {
      ServiceSpec spec =
          ServiceSpec.replicated("s" + i, replicas)
              .image("app:1")
              .reserve(0.25, 64L << 20)
              .constraint("node.platform.os==linux")
              .build();
      created.add(plane.swarm().services().create(spec));
    }
    created.forEach(reply -> reply.await(LONG));
    long accepted = System.nanoTime();
    world.awaiter().await(counting.assigned, LONG);
    world.awaiter().await(counting.running, LONG);
    long end = System.nanoTime();
    watch.close();
    System.out.printf(
        Locale.ROOT,
        "%,d tasks on %,d nodes: services created %.1f s, all assigned at the agents %.1f s, all"
            + " RUNNING committed %.1f s (%,.0f tasks/s), %d sessions lost%n",
        tasks,
        nodes,
        (accepted - start) / 1e9,
        (counting.assignedAt - start) / 1e9,
        (end - start) / 1e9,
        tasks / ((end - start) / 1e9),
        counting.lost.get());
    System.out.printf(Locale.ROOT, "processor time of the control loop %.1f s%n", cpuOf("control"));
    System.gc();
    long used = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    if (Boolean.getBoolean("bench.histogram")) {
      Histogram.lines(tasks).forEach(System.out::println);
    }
    System.out.printf(
        Locale.ROOT, "heap after collection %,d MB, %,d bytes/task%n", used >> 20, used / tasks);
  }

  private static double cpuOf(String loop) {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
      if (thread != null && thread.getThreadName().endsWith(loop)) {
        return threads.getThreadCpuTime(thread.getThreadId()) / 1e9;
      }
    }
    return Double.NaN;
  }

  private final class Counting implements SimulatedAgent.Progress, WatchListener {
    final CompletableFuture<Boolean> registered = new CompletableFuture<>();
    final CompletableFuture<Boolean> assigned = new CompletableFuture<>();
    final CompletableFuture<Boolean> running = new CompletableFuture<>();
    final AtomicInteger lost = new AtomicInteger();
    private final AtomicInteger nodesReady = new AtomicInteger();
    private final AtomicLong tasksAssigned = new AtomicLong();
    private long tasksRunning;
    volatile long assignedAt;

    @Override
    public void onRegistered() {
      if (nodesReady.incrementAndGet() == nodes) {
        registered.complete(true);
      }
    }

    @Override
    public void onAssigned(int tasks) {
      if (tasksAssigned.addAndGet(tasks) == (long) services * replicas) {
        assignedAt = System.nanoTime();
        assigned.complete(true);
      }
    }

    @Override
    public void onLost(String nodeId, String why) {
      if (!running.isDone() && lost.incrementAndGet() < 10) {
        System.out.println("node " + nodeId + " lost its session: " + why);
      }
    }

    @Override
    public void onCommit(Commit commit, ReadView state) {
      for (StoreEvent event : commit.events()) {
        if (event.object() instanceof Task task
            && task.state() == TaskState.RUNNING
            && event.old() instanceof Task old
            && old.state() != TaskState.RUNNING) {
          tasksRunning++;
        }
      }
      if (tasksRunning == (long) services * replicas) {
        running.complete(true);
      }
    }
  }
}
