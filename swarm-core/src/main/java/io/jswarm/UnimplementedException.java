// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/**
 * A change that the orchestrator does not support, for example another mode kind for an existing
 * service (S1.5).
 */
public final class UnimplementedException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public UnimplementedException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public UnimplementedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNIMPLEMENTED, message, cause);
  }
}
