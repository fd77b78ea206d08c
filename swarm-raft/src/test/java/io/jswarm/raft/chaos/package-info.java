// SPDX-License-Identifier: Apache-2.0
/**
 * Managers as processes of their own under faults: killed, frozen, cut off, their files damaged,
 * while clients write and read. {@link io.jswarm.raft.chaos.ChaosRunner} is the command.
 */
@NullMarked
package io.jswarm.raft.chaos;

import org.jspecify.annotations.NullMarked;
