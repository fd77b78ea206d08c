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
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * Bytes of an entry: format version, store version, time, then each change as kind, put or remove,
 * length and the object in CBOR (for a removal, the id).
 */
final class StoreEntryCodec {
  private static final int FORMAT = 1;
  private static final int PUT = 0;
  private static final int REMOVE = 1;

  private StoreEntryCodec() {}

  static byte[] encode(StoreEntry entry) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeByte(FORMAT);
      out.writeLong(entry.version());
      Instant time = entry.time();
      out.writeLong(time.getEpochSecond());
      out.writeInt(time.getNano());
      out.writeInt(entry.changes().size());
      for (Change change : entry.changes()) {
        out.writeByte(change.kind().ordinal());
        out.writeByte(change instanceof Change.Put ? PUT : REMOVE);
        byte[] body =
            change instanceof Change.Put put
                ? ModelCodec.toCbor(put.object())
                : change.id().getBytes(StandardCharsets.UTF_8);
        out.writeInt(body.length);
        out.write(body);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return bytes.toByteArray();
  }

  static StoreEntry decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readByte();
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "entry of format " + format + ", this is format " + FORMAT);
      }
      long version = in.readLong();
      Instant time = Instant.ofEpochSecond(in.readLong(), in.readInt());
      int count = in.readInt();
      List<Change> changes = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        Kind kind = Kind.values()[in.readByte()];
        int action = in.readByte();
        byte[] body = in.readNBytes(in.readInt());
        changes.add(
            action == PUT
                ? new Change.Put(ModelCodec.fromCbor(body, type(kind)))
                : new Change.Remove(kind, new String(body, StandardCharsets.UTF_8)));
      }
      return new StoreEntry(version, time, changes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
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
}
