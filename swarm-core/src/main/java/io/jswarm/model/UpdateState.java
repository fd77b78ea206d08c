// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Where a rolling update stands (S4.6); no update at all is a null status. */
public enum UpdateState {
  UPDATING,
  PAUSED,
  COMPLETED,
  ROLLBACK_STARTED,
  ROLLBACK_PAUSED,
  ROLLBACK_COMPLETED
}
