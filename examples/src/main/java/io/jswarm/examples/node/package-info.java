// SPDX-License-Identifier: Apache-2.0
/**
 * A node as a process: its command line, and the socket over which commands reach it. The client
 * only carries a command line to the node and prints what comes back; the node runs it on a thread
 * of the connection, against its own control API.
 */
@NullMarked
package io.jswarm.examples.node;

import org.jspecify.annotations.NullMarked;
