// SPDX-License-Identifier: Apache-2.0
/**
 * Event loops, deadlines, time, randomness and ids: everything a simulation replaces, and the only
 * package that may own a clock or a thread. The node builds one {@code Environment} and hands it
 * down; every component runs on the loop it was given.
 */
@NullMarked
package io.jswarm.loop;

import org.jspecify.annotations.NullMarked;
