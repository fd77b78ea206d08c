// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import io.jswarm.model.Cluster;
import io.jswarm.model.Cluster.EncryptionKey;
import io.jswarm.model.Payload;
import io.jswarm.security.UnlockKey;
import java.util.List;
import java.util.Optional;

/**
 * The key that managers' disks are locked with, while the cluster's settings ask for that (S11,
 * S12.2). Stateless.
 */
public final class ManagerKeys {
  private static final String SUBSYSTEM = "manager";

  private ManagerKeys() {}

  /** The present one. */
  public static Optional<UnlockKey> of(Cluster cluster) {
    return cluster.unlockKeys().stream()
        .filter(key -> key.subsystem().equals(SUBSYSTEM))
        .map(key -> UnlockKey.parse(key.key().toUtf8()))
        .findFirst();
  }

  /** The same as text. */
  public static Optional<String> textOf(Cluster cluster) {
    return of(cluster).map(UnlockKey::text);
  }

  /** The cluster with a key if its settings ask for one and it has none, without if they do not. */
  public static Cluster asWanted(Cluster cluster) {
    boolean wanted = cluster.spec().encryption().autoLockManagers();
    return wanted == of(cluster).isPresent() ? cluster : rotated(cluster);
  }

  /** The cluster with another key, if its settings ask for one (C12.13). */
  public static Cluster rotated(Cluster cluster) {
    if (!cluster.spec().encryption().autoLockManagers()) {
      return cluster.withUnlockKeys(List.of());
    }
    Payload key = Payload.of(UnlockKey.generate().text());
    return cluster.withUnlockKeys(List.of(new EncryptionKey(SUBSYSTEM, "AES-GCM", key, 0)));
  }
}
