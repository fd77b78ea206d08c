// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

/**
 * What a manager has on disk is damaged before the point up to which it had been made durable. The
 * manager must neither vote nor serve from it: it is removed from its cluster and joins anew, and
 * gets its state from the others. The message says what is damaged and where.
 */
public final class UntrustedLogException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message names the file and what is wrong with it. */
  public UntrustedLogException(String message) {
    super(message);
  }

  /** Creates the exception with its cause. */
  public UntrustedLogException(String message, Throwable cause) {
    super(message, cause);
  }
}
