// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Config;
import io.jswarm.model.Kind;
import io.jswarm.model.Secret;
import io.jswarm.model.StoreObject;

/** One object's part of a log entry. */
sealed interface Change {
  Kind kind();

  String id();

  /** A rough upper estimate of its encoded size. */
  int estimatedBytes();

  /** The object has this value from now on. */
  record Put(StoreObject object) implements Change {
    @Override
    public Kind kind() {
      return object.kind();
    }

    @Override
    public String id() {
      return object.id();
    }

    @Override
    public int estimatedBytes() {
      if (object instanceof Secret secret) {
        return 512 + secret.spec().data().size();
      }
      if (object instanceof Config config) {
        return 512 + config.spec().data().size();
      }
      return switch (object.kind()) {
        case TASK -> 1024;
        default -> 4096;
      };
    }
  }

  /** The object is gone. */
  record Remove(Kind kind, String id) implements Change {
    @Override
    public int estimatedBytes() {
      return 64;
    }
  }
}
