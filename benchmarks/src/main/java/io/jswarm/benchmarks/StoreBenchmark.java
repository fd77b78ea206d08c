// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.MemoryLog;
import io.jswarm.store.Store;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * How many changes a second go through control loop, log and store: 100 000 tasks created and
 * updated three times.
 */
final class StoreBenchmark {
  private static final int TASKS = 100_000;
  private static final int PER_TRANSACTION = 1_000;
  private static final int ROUNDS = 10;

  private StoreBenchmark() {}

  static void run() {
    try (Environment environment = Environment.system();
        EventLoop loop = environment.loops().create("store")) {
      for (int round = 1; round <= ROUNDS; round++) {
        long start = environment.time().nanoTime();
        long changes = round(environment, loop);
        double seconds = (environment.time().nanoTime() - start) / 1e9;
        System.out.printf(
            "round %d: %d changes in %.2f s = %.0f/s%n",
            round, changes, seconds, changes / seconds);
      }
    }
  }

  private static long round(Environment environment, EventLoop loop) {
    ControlLoop control = new ControlLoop(loop, new Store(), MemoryLog.create(), List.of(), false);
    Service service =
        Service.of(environment.ids().next(), ServiceSpec.replicated("s", 1).image("i").build());
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < TASKS; i++) {
      ids.add(environment.ids().next());
    }
    List<CompletionStage<Boolean>> writes = new ArrayList<>();
    for (int from = 0; from < TASKS; from += PER_TRANSACTION) {
      int first = from;
      writes.add(control.write(tx -> create(tx, service, ids, first)));
    }
    for (TaskState state : List.of(TaskState.ASSIGNED, TaskState.STARTING, TaskState.RUNNING)) {
      for (int from = 0; from < TASKS; from += PER_TRANSACTION) {
        List<String> some = ids.subList(from, from + PER_TRANSACTION);
        writes.add(control.write(tx -> advance(tx, some, state)));
      }
    }
    writes.forEach(write -> environment.awaiter().await(write, Duration.ofMinutes(5)));
    writes.forEach(write -> write.toCompletableFuture().join());
    control.close();
    return 4L * TASKS;
  }

  private static boolean create(Tx tx, Service service, List<String> ids, int first) {
    for (int i = first; i < first + PER_TRANSACTION; i++) {
      TaskStatus status = TaskStatus.of(TaskState.NEW, tx.now(), "created");
      tx.create(
          Task.builder(ids.get(i), service.spec().task(), status, TaskState.RUNNING)
              .serviceId(service.id())
              .serviceName(service.name())
              .slot(i + 1)
              .build());
    }
    return true;
  }

  private static boolean advance(Tx tx, List<String> ids, TaskState state) {
    for (String id : ids) {
      Task task = tx.task(id).orElseThrow();
      TaskStatus status = task.status().advance(state, tx.now(), "");
      tx.update((state == TaskState.ASSIGNED ? task.withNodeId("node") : task).withStatus(status));
    }
    return true;
  }
}
