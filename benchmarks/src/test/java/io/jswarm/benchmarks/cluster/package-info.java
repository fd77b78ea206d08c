// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of a whole cluster of separate processes that find each other over the network. */
@NullMarked
package io.jswarm.benchmarks.cluster;

import org.jspecify.annotations.NullMarked;
