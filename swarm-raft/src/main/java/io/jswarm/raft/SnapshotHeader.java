// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import com.google.common.collect.ImmutableSet;
import io.atomix.protocols.raft.storage.system.Configuration;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Set;

/**
 * What a snapshot says before the state itself: all that a manager needs beside it to go on.
 *
 * @param index the last entry of the log in it
 * @param term the term of that entry
 * @param position number of entries of the application in it
 * @param fingerprint of the state
 * @param configuration in force at {@code index}
 * @param removed managers that were taken out
 */
record SnapshotHeader(
    long index,
    long term,
    long position,
    long fingerprint,
    Configuration configuration,
    Set<String> removed) {
  private static final byte FORMAT = 1;

  SnapshotHeader {
    removed = ImmutableSet.copyOf(removed);
  }

  void writeTo(DataOutputStream out) throws IOException {
    out.writeByte(FORMAT);
    out.writeLong(index);
    out.writeLong(term);
    out.writeLong(position);
    out.writeLong(fingerprint);
    out.writeLong(configuration.index());
    out.writeLong(configuration.term());
    out.writeLong(configuration.time());
    byte[] members = EntryCodec.encodeMembers(configuration.members());
    out.writeInt(members.length);
    out.write(members);
    out.writeInt(removed.size());
    for (String id : removed) {
      out.writeUTF(id);
    }
  }

  static SnapshotHeader readFrom(DataInputStream in) throws IOException {
    int format = in.readByte();
    if (format != FORMAT) {
      throw new IOException("a snapshot of format " + format + "; this version knows " + FORMAT);
    }
    long index = in.readLong();
    long term = in.readLong();
    long position = in.readLong();
    long fingerprint = in.readLong();
    long configurationIndex = in.readLong();
    long configurationTerm = in.readLong();
    long configurationTime = in.readLong();
    byte[] members = in.readNBytes(in.readInt());
    ImmutableSet.Builder<String> removed = ImmutableSet.builder();
    for (int left = in.readInt(); left > 0; left--) {
      removed.add(in.readUTF());
    }
    return new SnapshotHeader(
        index,
        term,
        position,
        fingerprint,
        new Configuration(
            configurationIndex,
            configurationTerm,
            configurationTime,
            EntryCodec.decodeMembers(members)),
        removed.build());
  }

  /** The term in a snapshot of which only the beginning is there. */
  static long termIn(byte[] beginning) {
    return ByteBuffer.wrap(beginning).getLong(9);
  }
}
