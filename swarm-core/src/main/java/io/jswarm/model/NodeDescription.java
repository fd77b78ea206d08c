// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What an agent reports about its node.
 *
 * @param tlsInfo the certificates the node holds, or null before it said so
 * @param csiInfo volume plugins of the node
 */
public record NodeDescription(
    String hostname,
    Platform platform,
    NodeResources resources,
    EngineDescription engine,
    @Nullable TlsInfo tlsInfo,
    boolean fips,
    List<CsiInfo> csiInfo) {
  public NodeDescription {
    requireNonNull(hostname, "hostname");
    requireNonNull(platform, "platform");
    requireNonNull(resources, "resources");
    requireNonNull(engine, "engine");
    csiInfo = List.copyOf(csiInfo);
  }

  /** Of a node that never reported. */
  public static final NodeDescription NONE =
      new NodeDescription(
          "", Platform.ANY, NodeResources.NONE, EngineDescription.NONE, null, false, List.of());

  /** A description without engine and certificates, as runtimes without an engine give it. */
  public static NodeDescription of(String hostname, Platform platform, NodeResources resources) {
    return new NodeDescription(
        hostname, platform, resources, EngineDescription.NONE, null, false, List.of());
  }

  /** The same with another engine. */
  public NodeDescription withEngine(EngineDescription engine) {
    return new NodeDescription(hostname, platform, resources, engine, tlsInfo, fips, csiInfo);
  }

  /** The same with other resources. */
  public NodeDescription withResources(NodeResources resources) {
    return new NodeDescription(hostname, platform, resources, engine, tlsInfo, fips, csiInfo);
  }

  /** The same with other certificates. */
  public NodeDescription withTlsInfo(@Nullable TlsInfo tlsInfo) {
    return new NodeDescription(hostname, platform, resources, engine, tlsInfo, fips, csiInfo);
  }

  /** Which root a node trusts and who issued its certificate; drives root rotation (S11.5). */
  public record TlsInfo(Payload trustRoot, Payload certIssuerSubject, Payload certIssuerPublicKey) {
    public TlsInfo {
      requireNonNull(trustRoot, "trustRoot");
      requireNonNull(certIssuerSubject, "certIssuerSubject");
      requireNonNull(certIssuerPublicKey, "certIssuerPublicKey");
    }
  }

  /**
   * A volume plugin on a node.
   *
   * @param maxVolumesPerNode 0 = no limit
   * @param topology the segments this node lies in
   */
  public record CsiInfo(
      String pluginName, String nodeId, long maxVolumesPerNode, Map<String, String> topology) {
    public CsiInfo {
      requireNonNull(pluginName, "pluginName");
      requireNonNull(nodeId, "nodeId");
      topology = SortedValues.copyOf(topology);
    }
  }
}
