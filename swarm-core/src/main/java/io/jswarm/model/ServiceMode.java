// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** How many tasks a service has, and whether they run for ever or to their end. */
public sealed interface ServiceMode {
  /** Whether tasks run to completion instead of being kept alive. */
  default boolean isJob() {
    return this instanceof ReplicatedJob || this instanceof GlobalJob;
  }

  /** Whether there is one task per eligible node instead of numbered slots. */
  default boolean isGlobal() {
    return this instanceof Global || this instanceof GlobalJob;
  }

  /** A fixed number of tasks, each in its numbered slot. */
  record Replicated(long replicas) implements ServiceMode {}

  /** One task on each eligible node. */
  record Global() implements ServiceMode {}

  /**
   * A number of tasks run to completion.
   *
   * @param maxConcurrent how many at a time
   * @param totalCompletions how many in total
   */
  record ReplicatedJob(long maxConcurrent, long totalCompletions) implements ServiceMode {}

  /** One task run to completion on each eligible node. */
  record GlobalJob() implements ServiceMode {}
}
