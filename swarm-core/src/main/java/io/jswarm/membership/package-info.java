// SPDX-License-Identifier: Apache-2.0
/**
 * Which nodes belong to the cluster, and which of them are managers and agree through the log.
 * Called by the control loop on its thread.
 */
@NullMarked
package io.jswarm.membership;

import org.jspecify.annotations.NullMarked;
