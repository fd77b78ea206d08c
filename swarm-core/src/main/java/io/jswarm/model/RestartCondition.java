// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Which ends of a task are answered by a new one. */
public enum RestartCondition {
  NONE,
  ON_FAILURE,
  ANY
}
