// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Published on every node and balanced over all tasks, or on the node of each task. */
public enum PublishMode {
  INGRESS,
  HOST
}
