// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Progress of a job service.
 *
 * @param jobIteration 0 at creation, one more per accepted update (S1.5)
 */
public record JobStatus(long jobIteration, @Nullable Instant lastExecution) {}
