// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** Address management of a network; a null driver is the default one. */
public record IpamOptions(@Nullable Driver driver, List<IpamConfig> configs) {
  public IpamOptions {
    configs = List.copyOf(configs);
  }
}
