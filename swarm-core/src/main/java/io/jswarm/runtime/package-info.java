// SPDX-License-Identifier: Apache-2.0
/**
 * Task runtimes that need nothing installed: operating-system processes, and a simulated one on
 * virtual time. Called by the agent on its loop; blocking work goes to the environment's blocking
 * executor.
 */
@NullMarked
package io.jswarm.runtime;

import org.jspecify.annotations.NullMarked;
