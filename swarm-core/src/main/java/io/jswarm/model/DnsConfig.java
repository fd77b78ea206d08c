// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;

/** Name resolution of a container; empty = the engine's. */
public record DnsConfig(List<String> nameservers, List<String> search, List<String> options) {
  public DnsConfig {
    nameservers = List.copyOf(nameservers);
    search = List.copyOf(search);
    options = List.copyOf(options);
  }

  /** Nothing said. */
  public static final DnsConfig NONE = new DnsConfig(List.of(), List.of(), List.of());
}
