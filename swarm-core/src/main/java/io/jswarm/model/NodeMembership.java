// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Whether a node has been let in. */
public enum NodeMembership {
  PENDING,
  ACCEPTED
}
