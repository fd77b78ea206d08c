// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * A stored secret.
 *
 * @param internal made by the system and hidden from lists
 */
public record Secret(String id, Meta meta, SecretSpec spec, boolean internal)
    implements StoreObject {
  public Secret {
    requireNonNull(id, "id");
    requireNonNull(meta, "meta");
    requireNonNull(spec, "spec");
  }

  /** A user's secret that was never stored. */
  public static Secret of(String id, SecretSpec spec) {
    return new Secret(id, Meta.NONE, spec, false);
  }

  @Override
  public Kind kind() {
    return Kind.SECRET;
  }

  @Override
  public String name() {
    return spec.name();
  }

  @Override
  public Secret withMeta(Meta meta) {
    return new Secret(id, meta, spec, internal);
  }

  /** The same without its value, as API reads return it. */
  public Secret withoutData() {
    return new Secret(id, meta, spec.withoutData(), internal);
  }
}
