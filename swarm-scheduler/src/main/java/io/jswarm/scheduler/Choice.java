// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import io.jswarm.model.Reservations;
import io.jswarm.model.Task;

/** What one group of tasks makes of nodes. */
final class Choice {
  private final String serviceId;
  private final SpecKey spec;
  private final Pipeline pipeline;
  private final RecentFailures failures;
  private final Reservations reservations;

  Choice(Task sample, Pipeline pipeline, RecentFailures failures) {
    this.serviceId = sample.serviceId();
    this.spec = SpecKey.of(sample);
    this.pipeline = pipeline;
    this.failures = failures;
    this.reservations = sample.spec().resources().reservations();
  }

  /** Who reserves nothing is not stopped by what others have reserved too much. */
  private static long wanted(long amount) {
    return amount == 0 ? Long.MIN_VALUE : amount;
  }

  String serviceId() {
    return serviceId;
  }

  /**
   * Finds the best of the nodes that are better than all others (S7.5): those without a task of the
   * service on which it does not keep failing.
   *
   * @param patience as in {@link Tournament.Search}
   */
  Tournament.Search fresh(int patience) {
    return new Tournament.Search(
        wanted(reservations.nanoCpus()),
        wanted(reservations.memoryBytes()),
        this::isFresh,
        patience);
  }

  private boolean isFresh(NodeBooks node) {
    return (serviceId.isEmpty() || !node.has(serviceId))
        && failures.penalty(node.id(), spec) == 0
        && pipeline.passesInClass(node);
  }

  /** Whether a node of an eligible class can take a task. */
  boolean canTake(NodeBooks node) {
    return pipeline.passesInClass(node);
  }

  Candidate rank(NodeBooks node) {
    return new Candidate(node, serviceId, failures.penalty(node.id(), spec));
  }
}
