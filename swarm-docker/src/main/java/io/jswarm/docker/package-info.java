// SPDX-License-Identifier: Apache-2.0
/**
 * Runs tasks as containers of a Docker Engine. Called by the agent on its loop; every call to the
 * engine runs on the environment's blocking executor.
 */
@NullMarked
package io.jswarm.docker;

import org.jspecify.annotations.NullMarked;
