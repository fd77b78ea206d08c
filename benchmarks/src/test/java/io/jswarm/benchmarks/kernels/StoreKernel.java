// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.kernels;

import io.jswarm.benchmarks.placement.Workload;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.Batch;
import io.jswarm.store.Store;
import io.jswarm.store.StoreEntry;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The store with {@code size} tasks: one change of 1 000 that are made in one turn. */
@State(Scope.Benchmark)
public class StoreKernel {
  private static final int TURN = 1_000;
  private static final int ENTRY_BYTES = 3 << 19;

  /** Number of tasks. */
  @Param({"10000", "1000000"})
  public int size;

  private final Store store = new Store();
  private List<String> ids = List.of();
  private List<StoreEntry> entries = List.of();
  private byte[] bytes = new byte[0];

  /** Fills the store. */
  @Setup
  public void fill() {
    Workload work = new Workload("tasks", 1_000, 10, size, true, 0);
    List<Task> tasks = work.makeTasks(work.makeServices());
    ids = new ArrayList<>();
    tasks.forEach(task -> ids.add(task.id()));
    Collections.shuffle(ids, new Random(4));
    long position = 0;
    for (int at = 0; at < size; at += TURN) {
      List<Task> some = tasks.subList(at, at + TURN);
      Batch batch = begin();
      batch.amend(tx -> some.forEach(tx::create));
      for (StoreEntry entry : batch.entries()) {
        store.apply(++position, entry);
      }
    }
    entries = assign().entries();
    bytes = entries.get(0).toBytes();
  }

  private Batch begin() {
    return store.begin(Instant.EPOCH, ENTRY_BYTES);
  }

  private Batch assign() {
    Batch batch = begin();
    batch.amend(
        tx -> {
          for (String id : ids.subList(0, TURN)) {
            Task task = tx.task(id).orElseThrow();
            tx.update(
                task.toBuilder()
                    .nodeId("4an7p8z6lvzdkhadfxvpyytah")
                    .status(task.status().advance(TaskState.ASSIGNED, tx.now(), "assigned"))
                    .build());
          }
        });
    return batch;
  }

  /** Finds a task and gives it a node, in all orders it is kept in. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public Object assignATask() {
    return assign();
  }

  /** The same, with its part of the log entry. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public Object assignATaskAndMakeTheEntry() {
    return assign().entries();
  }

  /** Writes an assignment as bytes. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public Object encodeAnAssignment() {
    return entries.get(0).toBytes();
  }

  /** Reads an assignment; what it shares with the stored task is found when it is applied. */
  @Benchmark
  @OperationsPerInvocation(TURN)
  public Object decodeAnAssignment() {
    return store.decode(bytes);
  }
}
