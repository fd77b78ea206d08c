// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * When a task that ended is replaced (S5).
 *
 * @param delay wait before the replacement starts; null = 5 s
 * @param maxAttempts 0 = no limit
 * @param window attempts older than this do not count; ZERO = all count
 */
public record RestartPolicy(
    RestartCondition condition, @Nullable Duration delay, long maxAttempts, Duration window) {
  public RestartPolicy {
    requireNonNull(condition, "condition");
    requireNonNull(window, "window");
  }

  /** Answers any end with a new task, as if nothing had been said. */
  public static Builder builder() {
    return new Builder();
  }

  /** A builder that starts from this. */
  public Builder toBuilder() {
    return new Builder(this);
  }

  /**
   * Makes {@link RestartPolicy}. Setters bear the names of the components they set. Reusable; not
   * thread-safe.
   */
  public static final class Builder {
    private RestartCondition condition = RestartCondition.ANY;
    private @Nullable Duration delay;
    private long maxAttempts;
    private Duration window = Duration.ZERO;

    private Builder() {}

    private Builder(RestartPolicy from) {
      condition = from.condition;
      delay = from.delay;
      maxAttempts = from.maxAttempts;
      window = from.window;
    }

    /** Sets {@link RestartPolicy#condition()}. */
    public Builder condition(RestartCondition condition) {
      this.condition = requireNonNull(condition, "condition");
      return this;
    }

    /** Sets {@link RestartPolicy#delay()}. */
    public Builder delay(@Nullable Duration delay) {
      this.delay = delay;
      return this;
    }

    /** Sets {@link RestartPolicy#maxAttempts()}. */
    public Builder maxAttempts(long maxAttempts) {
      this.maxAttempts = maxAttempts;
      return this;
    }

    /** Sets {@link RestartPolicy#window()}. */
    public Builder window(Duration window) {
      this.window = requireNonNull(window, "window");
      return this;
    }

    /** What was built. */
    public RestartPolicy build() {
      return new RestartPolicy(condition, delay, maxAttempts, window);
    }
  }
}
