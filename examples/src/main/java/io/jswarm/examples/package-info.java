// SPDX-License-Identifier: Apache-2.0
/**
 * Runnable applications. Each has a {@code main} and is started by {@code mvn exec:java} on the
 * thread Maven gives it.
 */
@NullMarked
package io.jswarm.examples;

import org.jspecify.annotations.NullMarked;
