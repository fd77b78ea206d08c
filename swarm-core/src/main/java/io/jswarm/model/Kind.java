// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** The kinds of object a cluster stores, one table each. */
public enum Kind {
  CLUSTER,
  NODE,
  SERVICE,
  TASK,
  NETWORK,
  SECRET,
  CONFIG
}
