// SPDX-License-Identifier: Apache-2.0
/**
 * The control API over a manager's own store: checks, transactions, filters, convergence, logs, and
 * requests to the leader if that is another manager. Called by applications on any thread;
 * transactions and requests run on the control loop. Entry type: {@link io.jswarm.api.LocalSwarm}.
 */
@NullMarked
package io.jswarm.api;

import org.jspecify.annotations.NullMarked;
