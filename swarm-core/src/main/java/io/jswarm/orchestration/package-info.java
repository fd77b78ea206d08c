// SPDX-License-Identifier: Apache-2.0
/**
 * Decides which tasks should exist: replicated services, restarts, drained and lost nodes, and the
 * reaper of finished tasks. Components of the control loop, called on its thread only.
 */
@NullMarked
package io.jswarm.orchestration;

import org.jspecify.annotations.NullMarked;
