// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.jswarm.SwarmNode;
import io.jswarm.model.NodeAvailability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What was said of a node when it was made, kept in its data directory so that {@code start} need
 * not be told again.
 *
 * @param listen {@code host:port}; null = where managers are reached from
 * @param advertise null = where it listens
 */
record NodeSettings(
    String name,
    Map<String, String> labels,
    NodeAvailability availability,
    RuntimeKind runtime,
    @Nullable String listen,
    @Nullable String advertise) {
  private static final String FILE = "node.json";

  /** Where a member of a cluster keeps its identity. */
  private static final String CERTIFICATES = "certificates";

  NodeSettings {
    labels = new TreeMap<>(labels);
  }

  /** Whether the directory is that of a member of a cluster. */
  static boolean isMember(Path dataDir) {
    return Files.exists(dataDir.resolve(CERTIFICATES));
  }

  static NodeSettings read(Path dataDir) throws IOException {
    return new ObjectMapper().readValue(dataDir.resolve(FILE).toFile(), NodeSettings.class);
  }

  void write(Path dataDir) throws IOException {
    Path beside = dataDir.resolve(FILE + ".new");
    new ObjectMapper().writeValue(beside.toFile(), this);
    Files.move(beside, dataDir.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
  }

  /** A builder that knows all this. */
  SwarmNode.Builder builder(Path dataDir) {
    SwarmNode.Builder builder =
        SwarmNode.builder().dataDir(dataDir).name(name).availability(availability);
    labels.forEach(builder::label);
    if (listen != null) {
      HostPort at = HostPort.parse(listen);
      builder.listen(at.host(), at.port());
    }
    if (advertise != null) {
      builder.advertise(advertise);
    }
    return builder;
  }
}
