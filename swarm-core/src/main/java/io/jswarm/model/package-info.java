// SPDX-License-Identifier: Apache-2.0
/**
 * Specs, objects, statuses and states of the cluster as immutable, order-stable values. Used by
 * every other package on any thread; knows no clock, no randomness and no other package but the
 * exceptions of {@code io.jswarm}.
 */
@NullMarked
package io.jswarm.model;

import org.jspecify.annotations.NullMarked;
