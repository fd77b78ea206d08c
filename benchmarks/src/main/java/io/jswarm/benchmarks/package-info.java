// SPDX-License-Identifier: Apache-2.0
/** Benchmarks of the whole system, each one command that prints its figure. */
@NullMarked
package io.jswarm.benchmarks;

import org.jspecify.annotations.NullMarked;
