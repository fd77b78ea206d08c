// SPDX-License-Identifier: Apache-2.0
/**
 * What clients of a cluster saw, and whether one correct copy of the data could have shown it to
 * them. Called by tests that put a cluster under faults: their clients record on any thread, the
 * checks run when all is over.
 */
@NullMarked
package io.jswarm.raft.history;

import org.jspecify.annotations.NullMarked;
