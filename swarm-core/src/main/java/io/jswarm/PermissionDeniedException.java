// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/** The caller's identity or the object's nature does not allow this. */
public final class PermissionDeniedException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public PermissionDeniedException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public PermissionDeniedException(String message, @Nullable Throwable cause) {
    super(ErrorCode.PERMISSION_DENIED, message, cause);
  }
}
