// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A secret (S1.6). Only labels can be updated.
 *
 * @param data 1 to 511 999 bytes; not looked at with a driver
 * @param driver external store that holds the value; null = the value is {@code data}
 * @param templating driver that expands the value on the node; null = none
 */
public record SecretSpec(
    String name,
    Map<String, String> labels,
    Payload data,
    @Nullable Driver driver,
    @Nullable Driver templating) {
  public SecretSpec {
    requireNonNull(name, "name");
    labels = SortedValues.copyOf(labels);
    requireNonNull(data, "data");
  }

  /** A secret with the given value. */
  public static SecretSpec of(String name, byte[] data) {
    return builder(name).data(data).build();
  }

  /** A secret with the UTF-8 bytes of the given text. */
  public static SecretSpec of(String name, String text) {
    return builder(name).data(Payload.of(text)).build();
  }

  /** The same without its value, as API reads return it. */
  public SecretSpec withoutData() {
    return new SecretSpec(name, labels, Payload.EMPTY, driver, templating);
  }

  /** A secret without a value yet. */
  public static Builder builder(String name) {
    return new Builder(name);
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link SecretSpec}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private String name;
    private final Map<String, String> labels = new TreeMap<>();
    private Payload data = Payload.EMPTY;
    private @Nullable Driver driver;
    private @Nullable Driver templating;

    private Builder(String name) {
      this.name = requireNonNull(name, "name");
    }

    private Builder(SecretSpec from) {
      name = from.name;
      labels.putAll(from.labels);
      data = from.data;
      driver = from.driver;
      templating = from.templating;
    }

    /** Sets {@link SecretSpec#name()}. */
    public Builder name(String name) {
      this.name = requireNonNull(name, "name");
      return this;
    }

    /** Adds one to {@link SecretSpec#labels()}; the same key again replaces its value. */
    public Builder label(String key, String value) {
      labels.put(requireNonNull(key, "key"), requireNonNull(value, "value"));
      return this;
    }

    /** Replaces {@link SecretSpec#labels()}. */
    public Builder labels(Map<String, String> labels) {
      Map<String, String> copy = SortedValues.copyOf(labels);
      this.labels.clear();
      this.labels.putAll(copy);
      return this;
    }

    /** Sets {@link SecretSpec#data()}. */
    public Builder data(Payload data) {
      this.data = requireNonNull(data, "data");
      return this;
    }

    /** Sets {@link SecretSpec#driver()}. */
    public Builder driver(@Nullable Driver driver) {
      this.driver = driver;
      return this;
    }

    /** Sets {@link SecretSpec#templating()}. */
    public Builder templating(@Nullable Driver templating) {
      this.templating = templating;
      return this;
    }

    /** Sets the value to a copy of the given bytes. */
    public Builder data(byte[] data) {
      return data(Payload.of(data));
    }

    /** What was built. */
    public SecretSpec build() {
      return new SecretSpec(name, labels, data, driver, templating);
    }
  }
}
