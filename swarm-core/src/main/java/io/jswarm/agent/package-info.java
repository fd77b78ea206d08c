// SPDX-License-Identifier: Apache-2.0
/**
 * The worker's side: keeps a session with the leader, drives one controller per assigned task on a
 * {@code TaskRuntime}, and reports status. Runs on the agent's own loop.
 */
@NullMarked
package io.jswarm.agent;

import org.jspecify.annotations.NullMarked;
