// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a network should be (S1.2). Cannot be updated. The canonical constructor is not API: use
 * {@link #builder}.
 *
 * @param driver null = the default driver
 * @param internal no way out
 * @param attachable containers outside the cluster may join
 * @param ingress carries the routing mesh; at most one network
 * @param configFrom name of a node-local network to take settings from; empty = none
 */
public record NetworkSpec(
    String name,
    Map<String, String> labels,
    @Nullable Driver driver,
    boolean ipv6,
    boolean internal,
    boolean attachable,
    boolean ingress,
    String configFrom,
    @Nullable IpamOptions ipam) {
  public NetworkSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(configFrom, "configFrom");
  }

  /** Label that marks networks made by the system; users may not set it (S1.7). */
  public static final String PREDEFINED_LABEL = "com.docker.swarm.predefined";

  private static final String LEGACY_INTERNAL_LABEL = "com.docker.swarm.internal";

  /** Whether this is the ingress network: by the flag, or by the older name and label (S1.7). */
  public boolean isIngress() {
    return ingress || (name.equals("ingress") && labels.containsKey(LEGACY_INTERNAL_LABEL));
  }

  /** A network with the default driver. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link NetworkSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String name;
    private final Map<String, String> labels = new TreeMap<>();
    private @Nullable Driver driver;
    private boolean ipv6;
    private boolean internal;
    private boolean attachable;
    private boolean ingress;
    private String configFrom = "";
    private @Nullable IpamOptions ipam;

    private Builder(String name) {
      this.name = requireNonNull(name, "name");
    }

    private Builder(NetworkSpec from) {
      name = from.name;
      labels.putAll(from.labels);
      driver = from.driver;
      ipv6 = from.ipv6;
      internal = from.internal;
      attachable = from.attachable;
      ingress = from.ingress;
      configFrom = from.configFrom;
      ipam = from.ipam;
    }

    /** Sets {@link NetworkSpec#name()}. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Adds one to {@link NetworkSpec#labels()}; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link NetworkSpec#labels()}. */
    public Builder labels(Map<String, String> labels) {
      Map<String, String> copy = SortedValues.copyOf(labels);
      this.labels.clear();
      this.labels.putAll(copy);
      return this;
    }

    /** Sets {@link NetworkSpec#driver()}. */
    public Builder driver(@Nullable Driver driver) {
      this.driver = driver;
      return this;
    }

    /** Sets {@link NetworkSpec#ipv6()}. */
    public Builder ipv6(boolean ipv6) {
      this.ipv6 = ipv6;
      return this;
    }

    /** Sets {@link NetworkSpec#internal()}. */
    public Builder internal(boolean internal) {
      this.internal = internal;
      return this;
    }

    /** Sets {@link NetworkSpec#attachable()}. */
    public Builder attachable(boolean attachable) {
      this.attachable = attachable;
      return this;
    }

    /** Sets {@link NetworkSpec#ingress()}. */
    public Builder ingress(boolean ingress) {
      this.ingress = ingress;
      return this;
    }

    /** Sets {@link NetworkSpec#configFrom()}. */
    public Builder configFrom(String configFrom) {
      this.configFrom = requireNonNull(configFrom, "configFrom");
      return this;
    }

    /** Sets {@link NetworkSpec#ipam()}. */
    public Builder ipam(@Nullable IpamOptions ipam) {
      this.ipam = ipam;
      return this;
    }

    /** What was built. */
    public NetworkSpec build() {
      return new NetworkSpec(
          name, labels, driver, ipv6, internal, attachable, ingress, configFrom, ipam);
    }
  }
}
