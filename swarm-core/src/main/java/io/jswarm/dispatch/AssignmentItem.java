// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.model.Config;
import io.jswarm.model.Secret;
import io.jswarm.model.Task;

/** One change to what a node is assigned (S9.3). */
public sealed interface AssignmentItem {
  /** Run this task, or take its new description or desired state. */
  record UpdateTask(Task task) implements AssignmentItem {}

  /** Stop this task and forget it. */
  record RemoveTask(String taskId) implements AssignmentItem {}

  /** A task needs this secret. */
  record UpdateSecret(Secret secret) implements AssignmentItem {}

  /** No task of the node needs this secret any more. */
  record RemoveSecret(String secretId) implements AssignmentItem {}

  /** A task needs this config. */
  record UpdateConfig(Config config) implements AssignmentItem {}

  /** No task of the node needs this config any more. */
  record RemoveConfig(String configId) implements AssignmentItem {}
}
