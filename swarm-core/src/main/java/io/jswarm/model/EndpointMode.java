// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** One virtual address for the service, or the addresses of all its tasks. */
public enum EndpointMode {
  VIP,
  DNSRR
}
