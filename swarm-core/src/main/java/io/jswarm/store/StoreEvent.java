// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.StoreObject;
import org.jspecify.annotations.Nullable;

/** What happened to one object in a transaction (S10.1). */
public sealed interface StoreEvent {
  /** The object after the change; for a deletion, the object that is gone. */
  StoreObject object();

  /** The object before the change, null for a creation. */
  default @Nullable StoreObject old() {
    return null;
  }

  /** Kind of the object. */
  default Kind kind() {
    return object().kind();
  }

  /** The object is new. */
  record Created(StoreObject object) implements StoreEvent {}

  /** The object has a new value. */
  record Updated(StoreObject old, StoreObject object) implements StoreEvent {}

  /** The object is gone. */
  record Deleted(StoreObject object) implements StoreEvent {
    @Override
    public StoreObject old() {
      return object;
    }
  }
}
