// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/** No answer is possible now: no leader, no quorum, or the node is closed. Nothing was changed. */
public final class UnavailableException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message says what, which object, and what to do. */
  public UnavailableException(String message) {
    this(message, null);
  }

  /** Creates the exception with its cause. */
  public UnavailableException(String message, @Nullable Throwable cause) {
    super(ErrorCode.UNAVAILABLE, message, cause);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
