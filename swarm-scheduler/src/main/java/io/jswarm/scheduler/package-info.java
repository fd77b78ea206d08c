// SPDX-License-Identifier: Apache-2.0
/**
 * Places tasks on nodes: filters, constraints, spread, and explanations why a task waits. A pure
 * function over a snapshot, called by the control loop; no I/O, no threads, no clock.
 */
@NullMarked
package io.jswarm.scheduler;

import org.jspecify.annotations.NullMarked;
