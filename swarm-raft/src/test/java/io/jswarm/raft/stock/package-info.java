// SPDX-License-Identifier: Apache-2.0
/**
 * What the unmodified Atomix Raft 3.1.12 does wrong, one fault a class, as {@code
 * docs/raft-hazards.md} lists it. A test here passes as long as Atomix misbehaves: it keeps the
 * reason for each of our own parts true, and is the recipe for the test of that part.
 */
@NullMarked
package io.jswarm.raft.stock;

import org.jspecify.annotations.NullMarked;
