// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.loop.Environment;
import io.jswarm.transport.Transport;
import java.nio.file.Path;
import java.util.Objects;
import javax.crypto.SecretKey;
import org.jspecify.annotations.Nullable;

/** Makes the replicated log of a manager; found by {@link java.util.ServiceLoader}. */
public interface ReplicatedLogFactory {
  /** Name for messages. */
  String name();

  /** A log that has not been started. */
  ReplicatedLog create(Settings settings);

  /** How a manager takes part the first time, when its directory is still empty. */
  enum Entry {
    /** As the first manager of a new cluster. */
    BOOTSTRAP,
    /** As a manager that an existing cluster adds; waits to be contacted. */
    JOIN,
    /**
     * With the state it has, but alone: all other managers are gone for good (S10.5, {@code
     * force-new-cluster}). Not the first time, but once.
     */
    FORCE_NEW_CLUSTER
  }

  /**
   * What a log needs to know.
   *
   * @param nodeId the node of this manager
   * @param address where other managers reach it over {@code transport}
   * @param directory where it keeps log, snapshots and key; of this manager alone
   * @param environment time, randomness, threads
   * @param transport how it talks to the others
   * @param unlockKey opens the keys on disk if they are locked (S10.3); null = there is none
   */
  record Settings(
      String nodeId,
      String address,
      Path directory,
      Environment environment,
      Transport transport,
      Entry entry,
      @Nullable SecretKey unlockKey) {
    public Settings {
      Objects.requireNonNull(nodeId, "nodeId");
      Objects.requireNonNull(address, "address");
      Objects.requireNonNull(directory, "directory");
      Objects.requireNonNull(environment, "environment");
      Objects.requireNonNull(transport, "transport");
      Objects.requireNonNull(entry, "entry");
    }

    /** Of a log whose keys on disk are not locked. */
    public Settings(
        String nodeId,
        String address,
        Path directory,
        Environment environment,
        Transport transport,
        Entry entry) {
      this(nodeId, address, directory, environment, transport, entry, null);
    }
  }
}
