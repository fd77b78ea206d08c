// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** What a rolling update does when too many tasks fail (S4.5). */
public enum FailureAction {
  PAUSE,
  CONTINUE,
  ROLLBACK
}
