// SPDX-License-Identifier: Apache-2.0
/**
 * What can be replaced by an adapter: {@code ReplicatedLog}, {@code PlacementEngine}, {@code
 * TaskRuntime}. Each interface says which loop calls it and where it may complete; a contract kit
 * in the test jar checks every implementation.
 */
@NullMarked
package io.jswarm.spi;

import org.jspecify.annotations.NullMarked;
