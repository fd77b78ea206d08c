// SPDX-License-Identifier: Apache-2.0
/**
 * Runs tasks as containers of a Docker Engine; {@link io.jswarm.docker.DockerRuntime} is the way
 * in.
 *
 * <p>Called by the agent from its loop. Each request to the engine runs on the environment's
 * blocking executor; what containers do is learnt from one event stream per runtime, and all that
 * waits for them is kept on an event loop of this package's own.
 */
@NullMarked
package io.jswarm.docker;

import org.jspecify.annotations.NullMarked;
