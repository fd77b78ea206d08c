// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.model.Kind;
import io.jswarm.model.Service;
import io.jswarm.model.StoreObject;
import io.jswarm.model.Task;
import io.jswarm.model.TaskSpec;
import io.jswarm.spi.ReplicatedLog;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A state to be written, or one that was read. A sequence of blocks, each with its length before
 * it: format version, fingerprint, store version, time; then for each kind its code and the number
 * of objects, and a block for each of those as in an entry; an empty one ends it. Services come
 * before tasks, which mostly refer to the specs there.
 *
 * @param time of the last commit
 */
record StoreSnapshot(Tables tables, long fingerprint, Instant time)
    implements ReplicatedLog.Snapshot {
  private static final int FORMAT = 2;
  private static final int LARGEST_BLOCK = 1 << 28;

  @Override
  public void writeTo(OutputStream target) throws IOException {
    OutputStream out = new BufferedOutputStream(target, 1 << 16);
    ByteSink block = new ByteSink();
    block.writeByte(FORMAT);
    block.writeLong(fingerprint);
    block.writeVarint(tables.version());
    StoreEntryCodec.time(block, time);
    write(block, out);
    for (Kind kind : Kind.values()) {
      block.clear();
      block.writeByte(kind.code());
      block.writeVarint(tables.count(kind));
      write(block, out);
      TaskCodec.Writer tasks =
          new TaskCodec.Writer(tables.version(), time, new SharedValues.Writer(false));
      for (StoreObject object : kind == Kind.TASK ? tables.tasksByService() : tables.all(kind)) {
        block.clear();
        StoreEntryCodec.write(block, new Change.Put(object, source(object)), tasks);
        write(block, out);
      }
    }
    block.clear();
    write(block, out);
    out.flush();
  }

  private static void write(ByteSink block, OutputStream out) throws IOException {
    ByteSink head = new ByteSink();
    head.writeVarint(block.size());
    head.writeTo(out);
    block.writeTo(out);
  }

  private SpecSource source(StoreObject object) {
    return object instanceof Task task
            && task.spec().equals(specOf(tables, task.serviceId(), task.specVersion()))
        ? SpecSource.SERVICE
        : SpecSource.INLINE;
  }

  private static @Nullable TaskSpec specOf(Tables tables, String serviceId, long specVersion) {
    Service service = tables.<Service>table(Kind.SERVICE).get(serviceId);
    return StoreEntry.specOf(null, service, specVersion);
  }

  /** Reads what {@link #writeTo} wrote; any thread. */
  static StoreSnapshot read(InputStream source) throws IOException {
    try {
      return decode(new BufferedInputStream(source, 1 << 16));
    } catch (IllegalArgumentException e) {
      throw new IOException("the snapshot cannot be read: " + e.getMessage(), e);
    }
  }

  private static StoreSnapshot decode(InputStream in) throws IOException {
    ByteSource header = block(in);
    int format = header.readByte();
    if (format != FORMAT) {
      throw new IllegalArgumentException("it is of format " + format + ", this is " + FORMAT);
    }
    long fingerprint = header.readLong();
    Tables tables = Tables.empty(header.readVarint());
    Instant time = StoreEntryCodec.time(header);
    for (ByteSource head = block(in); head.hasMore(); head = block(in)) {
      Kind kind = Kind.ofCode(head.readByte());
      long count = head.readVarint();
      TaskCodec.Reader tasks = new TaskCodec.Reader(tables.version(), time);
      List<StoreObject> objects = new ArrayList<>();
      for (long i = 0; i < count; i++) {
        objects.add(object(kind, block(in), tasks, tables));
      }
      tables = tables.with(kind, tables.<StoreObject>table(kind).with(objects));
    }
    return new StoreSnapshot(tables, fingerprint, time);
  }

  private static StoreObject object(
      Kind kind, ByteSource block, TaskCodec.Reader tasks, Tables tables) {
    if (kind != Kind.TASK) {
      return StoreEntryCodec.object(kind, block.readAll());
    }
    TaskCodec.TaskDraft draft = tasks.read(block);
    TaskSpec spec =
        draft.source() == SpecSource.INLINE
            ? draft.spec()
            : specOf(tables, draft.serviceId(), draft.specVersion());
    if (spec == null) {
      throw new IllegalArgumentException("task " + draft.id() + " has no spec");
    }
    return draft.complete(spec);
  }

  private static ByteSource block(InputStream in) throws IOException {
    long size = 0;
    int part = 0x80;
    for (int shift = 0; part >= 0x80; shift += 7) {
      part = in.read();
      if (part < 0 || shift > 28) {
        throw new EOFException("the snapshot ends too early");
      }
      size |= (long) (part & 0x7f) << shift;
    }
    byte[] bytes = size <= LARGEST_BLOCK ? in.readNBytes((int) size) : new byte[0];
    if (bytes.length != size) {
      throw new EOFException("the snapshot ends too early");
    }
    return new ByteSource(bytes);
  }
}
