// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Whether the old task stops before the new one starts or after. */
public enum UpdateOrder {
  STOP_FIRST,
  START_FIRST
}
