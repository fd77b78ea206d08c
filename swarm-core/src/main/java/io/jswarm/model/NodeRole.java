// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Worker nodes run tasks; manager nodes also keep the state. */
public enum NodeRole {
  WORKER,
  MANAGER
}
