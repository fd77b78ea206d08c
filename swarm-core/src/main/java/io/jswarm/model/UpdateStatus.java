// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Progress of a rolling update or rollback. */
public record UpdateStatus(
    UpdateState state, @Nullable Instant startedAt, @Nullable Instant completedAt, String message) {
  public UpdateStatus {
    requireNonNull(state, "state");
    requireNonNull(message, "message");
  }
}
