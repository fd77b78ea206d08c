// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/** A stored config. */
public record Config(String id, Meta meta, ConfigSpec spec) implements StoreObject {
  public Config {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
  }

  /** A config that was never stored. */
  public static Config of(String id, ConfigSpec spec) {
    return new Config(id, Meta.NONE, spec);
  }

  @Override
  public Kind kind() {
    return Kind.CONFIG;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Config withMeta(Meta meta) {
    return new Config(id, meta, spec);
  }
}
