// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** What the operator wants of a node: take tasks, keep those it has, or give them up (S3.6). */
public enum NodeAvailability {
  ACTIVE,
  PAUSE,
  DRAIN
}
