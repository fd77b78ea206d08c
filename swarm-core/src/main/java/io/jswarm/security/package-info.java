// SPDX-License-Identifier: Apache-2.0
/**
 * Keys, certificates and join tokens (S11): what can be said of them without a cluster's state and
 * without a network. Called by the control loop, by nodes that start, and by TLS handshakes; no
 * thread of its own. Nothing here blocks but {@link io.jswarm.security.IdentityFiles}, which uses
 * the disk.
 */
@NullMarked
package io.jswarm.security;

import org.jspecify.annotations.NullMarked;
