// SPDX-License-Identifier: Apache-2.0
/**
 * What an application touches: {@code SwarmNode} and its builder, the control API {@code Swarm},
 * and the exceptions. Called from any thread; asynchronous methods say which thread completes them.
 */
@NullMarked
package io.jswarm;

import org.jspecify.annotations.NullMarked;
