// SPDX-License-Identifier: Apache-2.0
/**
 * Typed tables with indexes over persistent trees, transactions and change events. The control loop
 * writes; any thread reads an immutable {@code ReadView} without blocking it.
 */
@NullMarked
package io.jswarm.store;

import org.jspecify.annotations.NullMarked;
