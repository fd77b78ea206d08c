// SPDX-License-Identifier: Apache-2.0
/**
 * Task runtimes that need nothing installed: operating-system processes, and a simulated one on
 * virtual or real time. Entry types are {@code ProcessRuntime} and {@code SimulatedHost}. Called by
 * the agent from any thread; each runtime has a loop of its own that owns its state, and blocking
 * work goes to the environment's blocking executor.
 */
@NullMarked
package io.jswarm.runtime;

import org.jspecify.annotations.NullMarked;
