// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** There is no space on the disk. Unlike other failures this one may pass. */
public final class DiskFullException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Creates the exception; the message names the file. */
  public DiskFullException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
