// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** Transport protocol of a port. */
public enum Protocol {
  TCP,
  UDP,
  SCTP
}
