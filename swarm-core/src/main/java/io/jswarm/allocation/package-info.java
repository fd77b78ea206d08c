// SPDX-License-Identifier: Apache-2.0
/**
 * Gives out what is unique in the cluster: published ports, virtual addresses. A component of the
 * control loop, called on its thread only.
 */
@NullMarked
package io.jswarm.allocation;

import org.jspecify.annotations.NullMarked;
