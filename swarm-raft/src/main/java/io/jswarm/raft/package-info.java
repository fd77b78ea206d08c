// SPDX-License-Identifier: Apache-2.0
/**
 * The replicated log on Raft, found by {@code ServiceLoader} when this jar is on the class path.
 * Called by the control loop; completes on it.
 */
@NullMarked
package io.jswarm.raft;

import org.jspecify.annotations.NullMarked;
