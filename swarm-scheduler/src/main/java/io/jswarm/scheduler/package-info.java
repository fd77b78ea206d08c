// SPDX-License-Identifier: Apache-2.0
/**
 * Places tasks on nodes: filters, constraints, spread, and explanations why a task waits. Entry
 * type: {@link io.jswarm.scheduler.SpreadPlacementEngine}. A pure function over what it was told,
 * called by the control loop on its thread; no I/O, no threads, no clock.
 */
@NullMarked
package io.jswarm.scheduler;

import org.jspecify.annotations.NullMarked;
