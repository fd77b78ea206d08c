// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/**
 * Leadership was lost while a change was on its way: it may or may not have been applied. Read
 * before repeating it.
 */
public final class IndeterminateResultException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public IndeterminateResultException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public IndeterminateResultException(String message, @Nullable Throwable cause) {
    super(ErrorCode.INDETERMINATE_RESULT, message, cause);
  }
}
