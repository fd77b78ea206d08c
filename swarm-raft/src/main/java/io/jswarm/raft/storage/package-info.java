// SPDX-License-Identifier: Apache-2.0
/**
 * A manager's disk: the journal of log entries, snapshots, and small values such as term and vote.
 * Everything here is internal to this module, whatever its modifiers say.
 *
 * <p>The Raft roles call from their loop; what waits for the disk runs on an executor of its own.
 */
@NullMarked
package io.jswarm.raft.storage;

import org.jspecify.annotations.NullMarked;
