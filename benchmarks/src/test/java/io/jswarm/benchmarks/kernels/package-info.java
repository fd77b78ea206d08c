// SPDX-License-Identifier: Apache-2.0
/** The innermost operations, each measured alone with JMH. */
@NullMarked
package io.jswarm.benchmarks.kernels;

import org.jspecify.annotations.NullMarked;
