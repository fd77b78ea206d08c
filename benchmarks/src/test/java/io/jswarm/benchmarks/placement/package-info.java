// SPDX-License-Identifier: Apache-2.0
/** How fast and how evenly tasks are placed, beside what others publish or do. */
@NullMarked
package io.jswarm.benchmarks.placement;

import org.jspecify.annotations.NullMarked;
