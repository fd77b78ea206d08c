// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.SwarmException;
import io.jswarm.model.Cluster;
import io.jswarm.model.Kind;
import io.jswarm.model.Secret;
import io.jswarm.model.StoreObject;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.WatchListener;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** Hands on what a watcher asked for, without what must not leave the manager. */
record Relay(Set<Kind> kinds, ClusterListener listener) implements WatchListener {
  @Override
  public void onStart(ReadView state) {
    List<StoreObject> objects = new ArrayList<>();
    for (Kind kind : Kind.values()) {
      if (kinds.contains(kind)) {
        state.all(kind).forEach(object -> objects.add(redacted(object)));
      }
    }
    listener.onSnapshot(state.version(), List.copyOf(objects));
  }

  @Override
  public void onCommit(Commit commit, ReadView state) {
    List<StoreEvent> events =
        commit.events().stream()
            .filter(event -> kinds.contains(event.kind()))
            .map(Relay::redacted)
            .toList();
    if (!events.isEmpty()) {
      listener.onCommit(new Commit(commit.version(), commit.time(), events));
    }
  }

  @Override
  public void onError(SwarmException error) {
    listener.onError(error);
  }

  private static StoreEvent redacted(StoreEvent event) {
    if (event.kind() != Kind.SECRET && event.kind() != Kind.CLUSTER) {
      return event;
    }
    StoreObject object = redacted(event.object());
    if (event instanceof StoreEvent.Updated updated) {
      return new StoreEvent.Updated(redacted(updated.old()), object);
    }
    return event instanceof StoreEvent.Created
        ? new StoreEvent.Created(object)
        : new StoreEvent.Deleted(object);
  }

  private static StoreObject redacted(StoreObject object) {
    if (object instanceof Secret secret) {
      return secret.withoutData();
    }
    return object instanceof Cluster cluster ? cluster.redacted() : object;
  }
}
