// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/**
 * The request is well-formed but the present state of the cluster forbids it; the message says what
 * has to change first.
 */
public final class FailedPreconditionException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public FailedPreconditionException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public FailedPreconditionException(String message, @Nullable Throwable cause) {
    super(ErrorCode.FAILED_PRECONDITION, message, cause);
  }
}
