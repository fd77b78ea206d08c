// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Cluster;
import io.jswarm.model.Config;
import io.jswarm.model.Kind;
import io.jswarm.model.ModelCodec;
import io.jswarm.model.Network;
import io.jswarm.model.Node;
import io.jswarm.model.Secret;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Bytes of an entry: format version, fingerprint of the state it is for, store version, time, then
 * each change as kind, put or remove, and a block: the short form of a task, any other object in
 * CBOR, for a removal the id.
 */
final class StoreEntryCodec {
  private static final int FORMAT = 2;
  private static final int PUT = 0;
  private static final int REMOVE = 1;

  /** Of what stands before the changes; and before each of them. */
  private static final int MOST_OF_HEADER = 1 + 8 + 10 + 10 + 5 + 5;

  private static final int MOST_OF_CHANGE_HEADER = 1 + 1 + 5;

  private StoreEntryCodec() {}

  static byte[] encode(StoreEntry entry) {
    ByteSink out = new ByteSink();
    ByteSink block = new ByteSink();
    TaskCodec.Writer tasks =
        new TaskCodec.Writer(entry.version(), entry.time(), new SharedValues.Writer(false));
    out.writeByte(FORMAT);
    out.writeLong(entry.base());
    out.writeVarint(entry.version());
    time(out, entry.time());
    out.writeVarint(entry.changes().size());
    for (Change change : entry.changes()) {
      out.writeByte(change.kind().code());
      if (change instanceof Change.Put put) {
        out.writeByte(PUT);
        block.clear();
        write(block, put, tasks);
        out.writeVarint(block.size());
        out.write(block);
      } else {
        out.writeByte(REMOVE);
        out.writeString(change.id());
      }
    }
    return out.toByteArray();
  }

  static void write(ByteSink block, Change.Put put, TaskCodec.Writer tasks) {
    if (put.object() instanceof Task task) {
      tasks.write(block, task, put.source());
    } else {
      block.write(put.cbor());
    }
  }

  static void time(ByteSink out, Instant time) {
    out.writeSigned(time.getEpochSecond());
    out.writeVarint(time.getNano());
  }

  static Instant time(ByteSource in) {
    return Instant.ofEpochSecond(in.readSigned(), in.readVarint());
  }

  static StoreEntry decode(byte[] bytes) {
    ByteSource in = new ByteSource(bytes);
    int format = in.readByte();
    if (format != FORMAT) {
      throw new IllegalArgumentException("entry of format " + format + ", this is " + FORMAT);
    }
    long base = in.readLong();
    long version = in.readVarint();
    Instant time = time(in);
    TaskCodec.Reader tasks = new TaskCodec.Reader(version, time);
    List<Change> changes = new ArrayList<>();
    for (long left = in.readVarint(); left > 0; left--) {
      Kind kind = Kind.ofCode(in.readByte());
      int action = in.readByte();
      if (action == REMOVE) {
        changes.add(new Change.Remove(kind, in.readString()));
      } else if (action != PUT) {
        throw new IllegalArgumentException("a change of unknown form " + action);
      } else if (kind == Kind.TASK) {
        changes.add(new Change.PutDraft(tasks.read(in.readPart())));
      } else {
        changes.add(new Change.Put(object(kind, in.readBlock()), SpecSource.INLINE));
      }
    }
    return new StoreEntry(base, version, time, changes, bytes.length, bytes);
  }

  static StoreObject object(Kind kind, byte[] cbor) {
    return ModelCodec.fromCbor(cbor, type(kind));
  }

  private static Class<? extends StoreObject> type(Kind kind) {
    return switch (kind) {
      case CLUSTER -> Cluster.class;
      case NODE -> Node.class;
      case SERVICE -> Service.class;
      case TASK -> Task.class;
      case NETWORK -> Network.class;
      case SECRET -> Secret.class;
      case CONFIG -> Config.class;
    };
  }

  /**
   * Bounds the bytes of an entry while it is put together. What a change takes in any place is told
   * apart from what its shared values take once per entry, so that a change can be replaced.
   */
  static final class Measure {
    /** The entry's version is not known yet; differences to this one are longer than any other. */
    private static final long DISTANT_VERSION = Long.MIN_VALUE / 2;

    private final Instant time;

    /** Made when there is a task: most turns have none. */
    private SharedValues.@Nullable Writer shared;

    private TaskCodec.@Nullable Writer tasks;
    private final ByteSink block = new ByteSink();

    Measure(Instant time) {
      this.time = time;
    }

    /** At most so many bytes go to this change, apart from shared values. */
    int of(Change change) {
      if (change instanceof Change.Put put) {
        return MOST_OF_CHANGE_HEADER
            + (put.object() instanceof Task task ? of(task, put.source()) : put.cbor().length);
      }
      return MOST_OF_CHANGE_HEADER + 3 * change.id().length();
    }

    private int of(Task task, SpecSource source) {
      TaskCodec.Writer writer = tasks;
      if (writer == null) {
        SharedValues.Writer values = new SharedValues.Writer(true);
        writer = new TaskCodec.Writer(DISTANT_VERSION, time, values);
        shared = values;
        tasks = writer;
      }
      block.clear();
      writer.write(block, task, source);
      return block.size();
    }

    /** At most so many bytes go to everything else. */
    long rest() {
      return MOST_OF_HEADER + (shared == null ? 0 : shared.inlineBytes());
    }
  }
}
