// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The root of everything this library throws on purpose. Unchecked; the leaf types are named after
 * the reaction they ask for.
 *
 * <p>Programmer errors stay {@link IllegalArgumentException} and {@link IllegalStateException}.
 */
public abstract class SwarmException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Stable codes, one per leaf type; safe to store and to compare across versions. */
  public enum ErrorCode {
    INVALID_SPEC,
    NOT_FOUND,
    ALREADY_EXISTS,
    VERSION_CONFLICT,
    FAILED_PRECONDITION,
    PERMISSION_DENIED,
    UNIMPLEMENTED,
    UNAVAILABLE,
    NOT_LEADER,
    INDETERMINATE_RESULT,
    TASK_RUNTIME
  }

  private final ErrorCode code;

  SwarmException(ErrorCode code, String message) {
    this(code, message, null);
  }

  SwarmException(ErrorCode code, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.code = Objects.requireNonNull(code, "code");
  }

  /** The stable code of this failure. */
  public final ErrorCode code() {
    return code;
  }

  /**
   * Whether the very same call, unchanged, may succeed if it is repeated after a while (or, for
   * {@link NotLeaderException}, at another manager). False where the caller has to look or change
   * something first.
   */
  public boolean isRetriable() {
    return false;
  }
}
