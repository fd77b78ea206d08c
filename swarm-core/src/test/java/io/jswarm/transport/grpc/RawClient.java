// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.jswarm.transport.Credentials;
import java.net.InetSocketAddress;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Somebody who calls methods of a node without being one of ours. */
final class RawClient implements AutoCloseable {
  private final ManagedChannel channel;

  /** What came of a call: it was answered, or it ended. */
  record Outcome(boolean open, Status status) {}

  RawClient(InetSocketAddress address, Credentials credentials) {
    this.channel =
        NettyChannelBuilder.forAddress(address)
            .overrideAuthority("anything")
            .sslContext(Tls.client(credentials))
            .disableRetry()
            .build();
  }

  /** Opens a stream and sends these bytes as a message. */
  Outcome call(MethodDescriptor<byte[], byte[]> method, byte[] message) throws Exception {
    ClientCall<byte[], byte[]> call = channel.newCall(method, CallOptions.DEFAULT);
    CompletableFuture<Outcome> outcome = new CompletableFuture<>();
    call.start(
        new ClientCall.Listener<>() {
          @Override
          public void onHeaders(Metadata headers) {
            outcome.complete(new Outcome(true, Status.OK));
          }

          @Override
          public void onClose(Status status, Metadata trailers) {
            outcome.complete(new Outcome(false, status));
          }
        },
        new Metadata());
    call.sendMessage(message);
    call.request(1);
    return outcome.get(20, TimeUnit.SECONDS);
  }

  @Override
  public void close() {
    channel.shutdownNow();
  }
}
