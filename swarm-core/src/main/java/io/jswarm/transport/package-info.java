// SPDX-License-Identifier: Apache-2.0
/**
 * Carries messages between nodes over channels that may break at any time. Messages are handed over
 * on the receiver's loop; sending never blocks and never throws.
 */
@NullMarked
package io.jswarm.transport;

import org.jspecify.annotations.NullMarked;
