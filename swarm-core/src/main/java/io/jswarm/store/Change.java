// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.ModelCodec;
import io.jswarm.model.StoreObject;
import io.jswarm.model.TaskSpec;
import org.jspecify.annotations.Nullable;

/** One object's part of a log entry. */
sealed interface Change {
  Kind kind();

  String id();

  /**
   * The version of the write, for the fingerprint.
   *
   * @param entry version the entry leads to
   */
  long version(long entry);

  /** The object has this value from now on. */
  final class Put implements Change {
    private final StoreObject object;
    private final SpecSource source;
    private byte @Nullable [] cbor;

    /**
     * @param source where a reader finds the spec, if it is a task
     */
    Put(StoreObject object, SpecSource source) {
      this.object = object;
      this.source = source;
    }

    StoreObject object() {
      return object;
    }

    SpecSource source() {
      return source;
    }

    /** The same task with its spec elsewhere. */
    Put from(SpecSource other) {
      return other == source ? this : new Put(object, other);
    }

    /** The form of everything but tasks; made once. */
    byte[] cbor() {
      byte[] bytes = cbor;
      if (bytes == null) {
        bytes = ModelCodec.toCbor(object);
        cbor = bytes;
      }
      return bytes;
    }

    @Override
    public Kind kind() {
      return object.kind();
    }

    @Override
    public String id() {
      return object.id();
    }

    @Override
    public long version(long entry) {
      return object.meta().version();
    }
  }

  /** A task that was read and whose spec has to be found in the state it is applied to. */
  record PutDraft(TaskCodec.TaskDraft draft) implements Change {
    Put complete(TaskSpec spec) {
      return new Put(draft.complete(spec), SpecSource.INLINE);
    }

    @Override
    public Kind kind() {
      return Kind.TASK;
    }

    @Override
    public String id() {
      return draft.id();
    }

    @Override
    public long version(long entry) {
      return draft.version();
    }
  }

  /** The object is gone. */
  record Remove(Kind kind, String id) implements Change {
    @Override
    public long version(long entry) {
      return entry;
    }
  }
}
