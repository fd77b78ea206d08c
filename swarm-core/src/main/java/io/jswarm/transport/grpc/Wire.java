// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import com.google.common.base.Ascii;
import com.google.common.collect.ImmutableMap;
import com.google.common.collect.Maps;
import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.jswarm.transport.ChannelKind;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;

/** What nodes call at each other: a method per kind of channel, and one to see who is alive. */
final class Wire {
  static final String SERVICE = "io.jswarm.Node";

  /** Messages of no bytes, which whoever is there sends back. */
  static final MethodDescriptor<byte[], byte[]> PING = method("Ping");

  /** Present where the other end itself ended a stream, and not something in between. */
  static final Metadata.Key<String> ENDED =
      Metadata.Key.of("jswarm-ended", Metadata.ASCII_STRING_MARSHALLER);

  /** Of one stream. One per connection is set by {@link ConnectionWatch}. */
  static final int STREAM_WINDOW_BYTES = 1 << 20;

  /** Nodes send next to none. */
  static final int MAX_METADATA_BYTES = 8 << 10;

  private static final ImmutableMap<ChannelKind, MethodDescriptor<byte[], byte[]>> METHODS =
      Maps.toMap(Arrays.asList(ChannelKind.values()), kind -> method(name(kind)));

  private Wire() {}

  static MethodDescriptor<byte[], byte[]> method(ChannelKind kind) {
    MethodDescriptor<byte[], byte[]> method = METHODS.get(kind);
    if (method == null) {
      throw new AssertionError(kind);
    }
    return method;
  }

  /** {@code Raft} for {@code RAFT}. */
  private static String name(ChannelKind kind) {
    return kind.name().charAt(0) + Ascii.toLowerCase(kind.name().substring(1));
  }

  private static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder()
        .setType(MethodDescriptor.MethodType.BIDI_STREAMING)
        .setFullMethodName(MethodDescriptor.generateFullMethodName(SERVICE, name))
        .setRequestMarshaller(Bytes.MARSHALLER)
        .setResponseMarshaller(Bytes.MARSHALLER)
        .build();
  }

  /** Bytes as they are. */
  private enum Bytes implements MethodDescriptor.Marshaller<byte[]> {
    MARSHALLER;

    @Override
    public InputStream stream(byte[] value) {
      return new BytesStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      try {
        return stream instanceof KnownLength
            ? stream.readNBytes(stream.available())
            : stream.readAllBytes();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Spares gRPC to find out the length, and to copy piecemeal. */
  private static final class BytesStream extends ByteArrayInputStream
      implements KnownLength, Drainable {
    BytesStream(byte[] bytes) {
      super(bytes);
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      int left = available();
      target.write(buf, pos, left);
      pos = count;
      return left;
    }
  }
}
