// SPDX-License-Identifier: Apache-2.0
/**
 * The control API over a manager's own store: checks, transactions, filters, convergence, logs.
 * Called by applications on any thread; transactions run on the control loop. Entry type: {@link
 * io.jswarm.api.LocalSwarm}.
 */
@NullMarked
package io.jswarm.api;

import org.jspecify.annotations.NullMarked;
