// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.model.NodeAvailability;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** What can be said of a new node. */
final class NodeOptions {
  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "Name to appear under; that of the host unless set.")
  private String name = "";

  @Option(
      names = "--listen",
      paramLabel = "HOST[:PORT]",
      description =
          "Where the node listens while it is a manager; the port is 2377 unless given, 0 = one"
              + " that is free.")
  private @Nullable String listen;

  @Option(
      names = "--advertise",
      paramLabel = "HOST[:PORT]",
      description = "Where others reach it, if that is another address.")
  private @Nullable String advertise;

  @Option(
      names = "--label",
      paramLabel = "KEY=VALUE",
      mapFallbackValue = "",
      description = "Adds a node label, for placement constraints.")
  private Map<String, String> labels = new TreeMap<>();

  @Option(
      names = "--availability",
      paramLabel = "active|pause|drain",
      description = "Whether the node takes tasks; active unless set.")
  private NodeAvailability availability = NodeAvailability.ACTIVE;

  @Option(
      names = "--runtime",
      paramLabel = "process|simulated|docker",
      description = "What the node runs its tasks with; process unless set.")
  private RuntimeKind runtime = RuntimeKind.PROCESS;

  /**
   * The settings; {@code fallback} is where to listen if nothing was said, null = decided later.
   */
  NodeSettings settings(@Nullable HostPort fallback) {
    String at = listen == null ? null : HostPort.parse(listen).toString();
    if (at == null && fallback != null) {
      at = fallback.toString();
    }
    return new NodeSettings(
        name.isEmpty() ? hostname() : name, labels, availability, runtime, at, advertise);
  }

  boolean hasListen() {
    return listen != null;
  }

  private static String hostname() {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return "localhost";
    }
  }
}
