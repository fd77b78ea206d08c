// SPDX-License-Identifier: Apache-2.0
/**
 * Channels between nodes on different machines: gRPC over HTTP/2 over TLS, one port per node.
 * {@link io.jswarm.transport.grpc.GrpcTransport} is the entry. Each channel belongs to one I/O
 * thread, that of its connection; it writes and reads messages there and hands them over to the
 * receiver's loop.
 */
@NullMarked
package io.jswarm.transport.grpc;

import org.jspecify.annotations.NullMarked;
