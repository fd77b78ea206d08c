// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

/**
 * One published port.
 *
 * @param name may be empty
 * @param targetPort port inside the task, 1 to 65535
 * @param publishedPort port outside; 0 = chosen by the cluster (INGRESS) or the node (HOST)
 */
public record PortConfig(
    String name, Protocol protocol, int targetPort, int publishedPort, PublishMode publishMode) {
  public PortConfig {
    requireNonNull(name, "name");
    requireNonNull(protocol, "protocol");
    requireNonNull(publishMode, "publishMode");
  }

  /** A TCP port published on every node. */
  public static PortConfig ingress(int publishedPort, int targetPort) {
    return new PortConfig("", Protocol.TCP, targetPort, publishedPort, PublishMode.INGRESS);
  }

  /** A TCP port published on the node of each task. */
  public static PortConfig host(int publishedPort, int targetPort) {
    return new PortConfig("", Protocol.TCP, targetPort, publishedPort, PublishMode.HOST);
  }

  /** The same with another protocol. */
  public PortConfig withProtocol(Protocol protocol) {
    return new PortConfig(name, protocol, targetPort, publishedPort, publishMode);
  }

  /** The same with another name. */
  public PortConfig withName(String name) {
    return new PortConfig(name, protocol, targetPort, publishedPort, publishMode);
  }

  /** The same with another published port. */
  public PortConfig withPublishedPort(int publishedPort) {
    return new PortConfig(name, protocol, targetPort, publishedPort, publishMode);
  }
}
