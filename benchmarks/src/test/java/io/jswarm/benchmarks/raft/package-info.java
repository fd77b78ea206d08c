// SPDX-License-Identifier: Apache-2.0
/** The replicated log against etcd: managers and members as processes on this machine. */
@NullMarked
package io.jswarm.benchmarks.raft;

import org.jspecify.annotations.NullMarked;
