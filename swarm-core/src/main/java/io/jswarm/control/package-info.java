// SPDX-License-Identifier: Apache-2.0
/**
 * The control loop of the leader: runs API writes and components in turns and proposes each turn as
 * one batch. Everything here runs on the manager's loop; callers from other threads are queued.
 */
@NullMarked
package io.jswarm.control;

import org.jspecify.annotations.NullMarked;
