// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import com.google.common.collect.ImmutableSortedMap;
import io.jswarm.model.Config;
import io.jswarm.model.ContainerSpec;
import io.jswarm.model.Secret;
import io.jswarm.model.Task;
import java.util.Map;
import java.util.Objects;

/**
 * A task with everything its node needs to run it.
 *
 * @param task the task; {@code container} replaces the spec's, the rest of the spec holds as it is
 * @param container the container spec with its templates expanded for this node (S1.8)
 * @param labels what to put on the container last, so that users cannot override it (S1.9): name →
 *     value
 * @param environment added by us, such as the claimed generic resources (S1.9): name → value
 * @param secrets those the container refers to, by id; only in memory
 * @param configs those the container refers to, by id
 */
public record TaskAssignment(
    Task task,
    ContainerSpec container,
    Map<String, String> labels,
    Map<String, String> environment,
    Map<String, Secret> secrets,
    Map<String, Config> configs) {

  public TaskAssignment {
    Objects.requireNonNull(task);
    Objects.requireNonNull(container);
    labels = ImmutableSortedMap.copyOf(labels);
    environment = ImmutableSortedMap.copyOf(environment);
    secrets = ImmutableSortedMap.copyOf(secrets);
    configs = ImmutableSortedMap.copyOf(configs);
  }

  /** The task's id. */
  public String taskId() {
    return task.id();
  }
}
