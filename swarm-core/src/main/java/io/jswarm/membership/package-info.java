// SPDX-License-Identifier: Apache-2.0
/**
 * Which nodes belong to the cluster: registration, roles, availability and removal. Called by the
 * control loop on its thread.
 */
@NullMarked
package io.jswarm.membership;

import org.jspecify.annotations.NullMarked;
