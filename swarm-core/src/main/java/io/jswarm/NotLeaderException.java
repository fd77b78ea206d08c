// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * This manager is not the leader; go to the one named by {@link #leader()}. Nothing was changed.
 */
public final class NotLeaderException extends SwarmException {
  private static final long serialVersionUID = 1L;

  private final @Nullable String leader;

  /**
   * Creates the exception.
   *
   * @param message what was asked, and of whom
   * @param leader the address of the leader, or null if this manager knows none
   */
  public NotLeaderException(String message, @Nullable String leader) {
    super(ErrorCode.NOT_LEADER, message);
    this.leader = leader;
  }

  /** The address of the leader as far as this manager knows; empty during an election. */
  public Optional<String> leader() {
    return Optional.ofNullable(leader);
  }

  @Override
  public boolean isRetriable() {
    return true;
  }
}
