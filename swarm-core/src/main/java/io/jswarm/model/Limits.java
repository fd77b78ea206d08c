// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/**
 * The most a task may use; never looked at by the scheduler.
 *
 * @param nanoCpus 0 = none, else at least 1 000 000
 * @param memoryBytes 0 = none, else at least 4 MiB
 */
public record Limits(long nanoCpus, long memoryBytes) {
  /** No limit. */
  public static final Limits NONE = new Limits(0, 0);
}
