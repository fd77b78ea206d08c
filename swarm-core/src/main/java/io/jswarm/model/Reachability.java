// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Whether the leader hears a manager. */
public enum Reachability {
  UNKNOWN,
  UNREACHABLE,
  REACHABLE
}
