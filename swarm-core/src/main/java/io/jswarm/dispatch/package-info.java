// SPDX-License-Identifier: Apache-2.0
/**
 * The leader's side of the workers: sessions, heartbeats, assignment sets and status reports. Runs
 * on the manager's loop; talks to agents by messages over {@code io.jswarm.transport} and never
 * calls them.
 */
@NullMarked
package io.jswarm.dispatch;

import org.jspecify.annotations.NullMarked;
