// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.kernels;

import io.jswarm.benchmarks.placement.Workload;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.scheduler.SpreadPlacementEngine;
import io.jswarm.spi.PlacementDecision;
import io.jswarm.spi.PlacementEngine;
import java.time.Instant;
import java.util.List;
import java.util.PriorityQueue;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The placement engine on {@code size} nodes that carry ten tasks each. */
@State(Scope.Benchmark)
public class PlacementKernel {
  private static final int GROUP = 1_000;
  private static final int PER_NODE = 10;

  /** Number of nodes. */
  @Param({"1000", "100000"})
  public int size;

  private final PlacementEngine.Session session = new SpreadPlacementEngine().open();
  private final PriorityQueue<long[]> queue =
      new PriorityQueue<>((a, b) -> Long.compare(a[0], b[0]));
  private List<Task> group = List.of();
  private List<Task> one = List.of();
  private List<Task> placed = List.of();
  private int next;

  /** Fills the books. */
  @Setup
  public void fill() {
    Workload resident = new Workload("resident", size, 0, size * PER_NODE, false, 0);
    resident.makeNodes().forEach(session::put);
    placed =
        session.place(resident.makeTasks(List.of()), Instant.EPOCH).stream()
            .map(PlacementDecision.Placed.class::cast)
            .map(PlacementKernel::assigned)
            .toList();
    Workload more = new Workload("more", size, 1, GROUP, true, 0);
    group = more.makeTasks(more.makeServices());
    one = group.subList(0, 1);
    for (int i = 0; i < size; i++) {
      queue.add(new long[] {i});
    }
  }

  private static Task assigned(PlacementDecision.Placed placed) {
    return placed.task().toBuilder()
        .nodeId(placed.nodeId())
        .status(TaskStatus.of(TaskState.ASSIGNED, Instant.EPOCH, "assigned"))
        .build();
  }

  /** A task of its own finds the best node; its place of the time before is given back. */
  @Benchmark
  public Object chooseTheBestNode() {
    return session.place(one, Instant.EPOCH);
  }

  /** A task of a group of 1 000; the places of the time before are given back. */
  @Benchmark
  @OperationsPerInvocation(GROUP)
  public Object placeATaskOfAGroup() {
    return session.place(group, Instant.EPOCH);
  }

  /** A task comes back from the store as it was decided. */
  @Benchmark
  public void recogniseAnEcho() {
    next = next + 1 == placed.size() ? 0 : next + 1;
    session.put(placed.get(next), Instant.EPOCH);
  }

  /** The least loaded of a heap of nodes gets one more. */
  @Benchmark
  public Object priorityQueue() {
    long[] best = queue.remove();
    best[0] += size;
    queue.add(best);
    return best;
  }
}
