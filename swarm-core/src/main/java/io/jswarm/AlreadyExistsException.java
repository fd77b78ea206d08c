// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/** An object of that kind and name exists already (names are compared without case, S1.1). */
public final class AlreadyExistsException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public AlreadyExistsException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public AlreadyExistsException(String message, @Nullable Throwable cause) {
    super(ErrorCode.ALREADY_EXISTS, message, cause);
  }
}
