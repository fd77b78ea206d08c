// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import org.jspecify.annotations.Nullable;

/** A task runtime could not do what was asked; the message becomes the task's status error. */
public final class TaskRuntimeException extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final boolean temporary;

  /**
   * Creates the exception.
   *
   * @param message what went wrong, in words an operator understands
   * @param temporary whether repeating the same step may help (a registry that timed out), as
   *     opposed to a failure of the task (an image that does not exist)
   * @param cause the underlying failure, or null
   */
  public TaskRuntimeException(String message, boolean temporary, @Nullable Throwable cause) {
    super(ErrorCode.TASK_RUNTIME, message, cause);
    this.temporary = temporary;
  }

  /** Creates an exception without a cause. */
  public TaskRuntimeException(String message, boolean temporary) {
    this(message, temporary, null);
  }

  /** Whether repeating the same step may help. */
  public boolean temporary() {
    return temporary;
  }

  @Override
  public boolean isRetriable() {
    return temporary;
  }
}
