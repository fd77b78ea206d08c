// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/**
 * Update out of sequence: the object was changed since it was read. Read it again and repeat the
 * change on what you find.
 */
public final class VersionConflictException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public VersionConflictException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public VersionConflictException(String message, @Nullable Throwable cause) {
    super(ErrorCode.VERSION_CONFLICT, message, cause);
  }
}
