// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Two calls of etcd's gRPC interface, by hand: {@code KV.Put}, and of {@code Maintenance.Status}
 * what tells the leader. What comes back is handled on the connection's own thread.
 */
final class EtcdClient implements AutoCloseable {
  private static final MethodDescriptor<byte[], byte[]> PUT = method("etcdserverpb.KV/Put");
  private static final MethodDescriptor<byte[], byte[]> STATUS =
      method("etcdserverpb.Maintenance/Status");

  private final List<ManagedChannel> channels = new ArrayList<>();
  private final AtomicInteger next = new AtomicInteger();

  EtcdClient(int port, int connections) {
    for (int i = 0; i < connections; i++) {
      channels.add(
          NettyChannelBuilder.forAddress("127.0.0.1", port)
              .usePlaintext()
              .directExecutor()
              .build());
    }
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.UNARY)
        .setFullMethodName(name)
        .setRequestMarshaller(Bytes.INSTANCE)
        .setResponseMarshaller(Bytes.INSTANCE)
        .build();
  }

  CompletableFuture<byte[]> put(int key, byte[] value, Duration deadline) {
    byte[] name = String.format("%08d", key).getBytes(StandardCharsets.US_ASCII);
    ByteBuffer request = ByteBuffer.allocate(name.length + value.length + 12);
    field(request, 1, name);
    field(request, 2, value);
    byte[] bytes = new byte[request.flip().remaining()];
    request.get(bytes);
    return call(PUT, bytes, deadline);
  }

  /** Whether this member leads. */
  CompletableFuture<Boolean> leads(Duration deadline) {
    return call(STATUS, new byte[0], deadline)
        .thenApply(
            answer -> {
              Fields status = new Fields(ByteBuffer.wrap(answer));
              Fields header = new Fields(status.bytes(1));
              long member = header.number(2);
              return member != 0 && member == status.number(4);
            });
  }

  private CompletableFuture<byte[]> call(
      MethodDescriptor<byte[], byte[]> method, byte[] request, Duration deadline) {
    ManagedChannel channel = channels.get(Math.floorMod(next.getAndIncrement(), channels.size()));
    CompletableFuture<byte[]> result = new CompletableFuture<>();
    ClientCall<byte[], byte[]> call =
        channel.newCall(
            method,
            CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS));
    call.start(new Answer(result), new Metadata());
    call.request(2);
    call.sendMessage(request);
    call.halfClose();
    return result;
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }

  private static void field(ByteBuffer out, int number, byte[] bytes) {
    out.put((byte) (number << 3 | 2));
    int length = bytes.length;
    while (length > 0x7f) {
      out.put((byte) ((length & 0x7f) | 0x80));
      length >>>= 7;
    }
    out.put((byte) length).put(bytes);
  }

  private static final class Answer extends ClientCall.Listener<byte[]> {
    private final CompletableFuture<byte[]> result;
    private byte @Nullable [] message;

    Answer(CompletableFuture<byte[]> result) {
      this.result = result;
    }

    @Override
    public void onMessage(byte[] received) {
      message = received;
    }

    @Override
    public void onClose(Status status, Metadata trailers) {
      byte[] received = message;
      if (status.isOk() && received != null) {
        result.complete(received);
      } else {
        result.completeExceptionally(status.asException(trailers));
      }
    }
  }

  /** The fields of a protocol buffer message, as far as they are numbers and bytes. */
  private static final class Fields {
    private final ByteBuffer message;

    Fields(ByteBuffer message) {
      this.message = message;
    }

    long number(int wanted) {
      return find(wanted) instanceof Long found ? found : 0;
    }

    ByteBuffer bytes(int wanted) {
      return find(wanted) instanceof ByteBuffer found ? found : ByteBuffer.allocate(0);
    }

    private @Nullable Object find(int wanted) {
      ByteBuffer in = message.duplicate();
      while (in.hasRemaining()) {
        long tag = varint(in);
        long value = varint(in);
        Object field = value;
        if ((tag & 7) == 2) {
          field = in.slice(in.position(), (int) value);
          in.position(in.position() + (int) value);
        }
        if (tag >>> 3 == wanted) {
          return field;
        }
      }
      return null;
    }

    private static long varint(ByteBuffer in) {
      long value = 0;
      for (int shift = 0; shift < 64; shift += 7) {
        byte next = in.get();
        value |= (long) (next & 0x7f) << shift;
        if (next >= 0) {
          break;
        }
      }
      return value;
    }
  }

  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    INSTANCE;

    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
