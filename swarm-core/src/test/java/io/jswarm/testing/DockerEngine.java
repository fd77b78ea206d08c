// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.util.Map;

/**
 * The Docker Engine of this machine, as far as it can be found without a client library.
 *
 * @param address as in {@code DOCKER_HOST}, {@code unix://…} or {@code tcp://…}
 */
record DockerEngine(String address) {

  private static final String PING =
      "GET /_ping HTTP/1.1\r\nHost: docker\r\nConnection: close\r\n\r\n";

  static DockerEngine of(Map<String, String> environment) {
    String host = environment.getOrDefault("DOCKER_HOST", "");
    return new DockerEngine(host.isEmpty() ? "unix:///var/run/docker.sock" : host);
  }

  /** Whether something there answers a ping as an Engine does. */
  boolean answers() {
    try (SocketChannel channel = SocketChannel.open(socketAddress())) {
      channel.write(ByteBuffer.wrap(PING.getBytes(StandardCharsets.US_ASCII)));
      ByteBuffer answer = ByteBuffer.allocate("HTTP/1.1 200".length());
      while (answer.hasRemaining() && channel.read(answer) >= 0) {
        // Until the status line is complete.
      }
      return new String(answer.array(), StandardCharsets.US_ASCII).endsWith(" 200");
    } catch (IOException | IllegalArgumentException e) {
      return false;
    }
  }

  private SocketAddress socketAddress() {
    URI uri = URI.create(address);
    return "unix".equals(uri.getScheme())
        ? UnixDomainSocketAddress.of(uri.getPath())
        : new InetSocketAddress(uri.getHost(), uri.getPort());
  }
}
