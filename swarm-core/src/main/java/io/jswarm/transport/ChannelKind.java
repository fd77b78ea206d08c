// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

/**
 * What a channel is for. All kinds share a node's one address; each has a listener of its own. Who
 * may open which is in {@link Authorisation}.
 */
public enum ChannelKind {
  /** Agents and the dispatcher of a manager. */
  DISPATCHER,
  /** Managers agreeing; managers only. */
  RAFT,
  /** Calls of the control API between managers; managers only. */
  CONTROL,
  /** A node that asks to be let in, or for a new certificate; anybody. */
  ENROLMENT
}
