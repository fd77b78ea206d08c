// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How tasks are replaced when the spec changes (S4).
 *
 * @param parallelism slots replaced at a time; 0 in an explicit config means all at once (S1.3)
 * @param delay wait after each slot, per worker
 * @param monitor how long after its start a failing task counts against the update; null = 5 s
 * @param maxFailureRatio share of failed slots tolerated, 0 to 1
 */
public record UpdateConfig(
    long parallelism,
    Duration delay,
    FailureAction failureAction,
    @Nullable Duration monitor,
    double maxFailureRatio,
    UpdateOrder order) {
  public UpdateConfig {
    requireNonNull(delay, "delay");
    requireNonNull(failureAction, "failureAction");
    requireNonNull(order, "order");
  }

  /** The defaults of S1.3: one slot at a time. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link UpdateConfig}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private long parallelism = 1;
    private Duration delay = Duration.ZERO;
    private FailureAction failureAction = FailureAction.PAUSE;
    private @Nullable Duration monitor;
    private double maxFailureRatio;
    private UpdateOrder order = UpdateOrder.STOP_FIRST;

    private Builder() {}

    private Builder(UpdateConfig from) {
      parallelism = from.parallelism;
      delay = from.delay;
      failureAction = from.failureAction;
      monitor = from.monitor;
      maxFailureRatio = from.maxFailureRatio;
      order = from.order;
    }

    /** Sets {@link UpdateConfig#parallelism()}. */
    public Builder parallelism(long parallelism) {
      this.parallelism = parallelism;
      return this;
    }

    /** Sets {@link UpdateConfig#delay()}. */
    public Builder delay(Duration delay) {
      this.delay = requireNonNull(delay, "delay");
      return this;
    }

    /** Sets {@link UpdateConfig#failureAction()}. */
    public Builder failureAction(FailureAction failureAction) {
      this.failureAction = requireNonNull(failureAction, "failureAction");
      return this;
    }

    /** Sets {@link UpdateConfig#monitor()}. */
    public Builder monitor(@Nullable Duration monitor) {
      this.monitor = monitor;
      return this;
    }

    /** Sets {@link UpdateConfig#maxFailureRatio()}. */
    public Builder maxFailureRatio(double maxFailureRatio) {
      this.maxFailureRatio = maxFailureRatio;
      return this;
    }

    /** Sets {@link UpdateConfig#order()}. */
    public Builder order(UpdateOrder order) {
      this.order = requireNonNull(order, "order");
      return this;
    }

    /** What was built. */
    public UpdateConfig build() {
      return new UpdateConfig(parallelism, delay, failureAction, monitor, maxFailureRatio, order);
    }
  }
}
