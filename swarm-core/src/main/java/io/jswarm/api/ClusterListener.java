// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.SwarmException;
import io.jswarm.model.StoreObject;
import io.jswarm.store.Commit;
import java.util.List;

/** Follows the cluster. */
public interface ClusterListener {
  /** The objects there are when the watch begins; called first, once. */
  default void onSnapshot(long version, List<StoreObject> objects) {}

  /** What changed at once; commits without an event of the watched kinds are left out. */
  void onCommit(Commit commit);

  /**
   * The watch has ended, because the listener was too slow or this manager too far behind the
   * others; watch again to start over.
   */
  default void onError(SwarmException error) {}
}
