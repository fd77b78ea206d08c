// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.raft.storage.SlotFile;
import io.jswarm.spi.ManagerGroup.Manager;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.Optional;

/**
 * Who a manager is, on its disk.
 *
 * @param cluster tells clusters apart, also before and after one was forced anew; 0 while a joining
 *     manager has not heard from the one it joins
 * @param bootstrapped whether it began the cluster alone
 */
record Identity(Manager manager, long cluster, boolean bootstrapped) {
  private static final byte FORMAT = 1;

  static Optional<Identity> readFrom(SlotFile file) throws IOException {
    byte[] stored = file.read().orElse(null);
    if (stored == null) {
      return Optional.empty();
    }
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(stored));
    int format = in.readByte();
    if (format != FORMAT) {
      throw new IOException("an identity of format " + format + "; this version knows " + FORMAT);
    }
    return Optional.of(
        new Identity(ManagerId.parse(in.readUTF()), in.readLong(), in.readBoolean()));
  }

  void writeTo(SlotFile file) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    DataOutputStream out = new DataOutputStream(bytes);
    out.writeByte(FORMAT);
    out.writeUTF(ManagerId.toMember(manager).id());
    out.writeLong(cluster);
    out.writeBoolean(bootstrapped);
    file.write(bytes.toByteArray());
  }

  Identity withCluster(long newCluster) {
    return new Identity(manager, newCluster, bootstrapped);
  }
}
