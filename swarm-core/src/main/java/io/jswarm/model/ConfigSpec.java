// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A config (S1.6). Only labels can be updated.
 *
 * @param data 1 to 1 023 999 bytes
 * @param templating driver that expands the value on the node; null = none
 */
public record ConfigSpec(
    String name, Map<String, String> labels, Payload data, @Nullable Driver templating) {
  public ConfigSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(data, "data");
  }

  /** A config with the given content. */
  public static ConfigSpec of(String name, byte[] data) {
    return builder(name).data(data).build();
  }

  /** A config with the UTF-8 bytes of the given text. */
  public static ConfigSpec of(String name, String text) {
    return builder(name).data(Payload.of(text)).build();
  }

  /** A config without content yet. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link ConfigSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String name;
    private final Map<String, String> labels = new TreeMap<>();
    private Payload data = Payload.EMPTY;
    private @Nullable Driver templating;

    private Builder(String name) {
      this.name = requireNonNull(name, "name");
    }

    private Builder(ConfigSpec from) {
      name = from.name;
      labels.putAll(from.labels);
      data = from.data;
      templating = from.templating;
    }

    /** Sets {@link ConfigSpec#name()}. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Adds one to {@link ConfigSpec#labels()}; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link ConfigSpec#labels()}. */
    public Builder labels(Map<String, String> labels) {
      Map<String, String> copy = SortedValues.copyOf(labels);
      this.labels.clear();
      this.labels.putAll(copy);
      return this;
    }

    /** Sets {@link ConfigSpec#data()}. */
    public Builder data(Payload data) {
      this.data = requireNonNull(data, "data");
      return this;
    }

    /** Sets {@link ConfigSpec#templating()}. */
    public Builder templating(@Nullable Driver templating) {
      this.templating = templating;
      return this;
    }

    /** Sets the content to a copy of the given bytes. */
    public Builder data(byte[] data) {
      return data(Payload.of(data));
    }

    /** What was built. */
    public ConfigSpec build() {
      return new ConfigSpec(name, labels, data, templating);
    }
  }
}
