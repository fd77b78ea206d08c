// SPDX-License-Identifier: Apache-2.0
/** A million tasks on five thousand nodes, through the real control plane. */
@NullMarked
package io.jswarm.benchmarks.million;

import org.jspecify.annotations.NullMarked;
