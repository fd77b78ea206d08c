// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** What the dispatcher knows about a node. */
public enum NodeState {
  UNKNOWN,
  DOWN,
  READY,
  DISCONNECTED
}
