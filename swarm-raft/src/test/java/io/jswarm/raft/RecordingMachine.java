// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.spi.ReplicatedLog;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;

/** A state that is the list of all numbers ever applied. */
final class RecordingMachine implements ReplicatedLog.StateMachine {
  private final List<Long> values = new ArrayList<>();
  private final Agreement agreement;
  private long fingerprint = 1;
  private int padding;

  /** Hears of everything that is applied anywhere. */
  interface Agreement {
    void applied(long position, long value);
  }

  RecordingMachine(Agreement agreement) {
    this.agreement = agreement;
  }

  /** An entry that is a number, and as large as asked. */
  record Numbered(long value, int padding) implements ReplicatedLog.Entry {
    @Override
    public byte[] toBytes() {
      return ByteBuffer.allocate(9 + padding).put((byte) 1).putLong(value).array();
    }

    @Override
    public int estimatedBytes() {
      return 9 + padding;
    }
  }

  List<Long> values() {
    return values;
  }

  /** Makes snapshots larger than the numbers need. */
  void padSnapshots(int bytes) {
    padding = bytes;
  }

  /** Does what no state machine should: changes without an entry. */
  void corrupt() {
    fingerprint++;
  }

  @Override
  public void apply(long position, ReplicatedLog.Entry entry) {
    if (position != values.size() + 1) {
      throw new AssertionError("position " + position + " after " + values.size());
    }
    add(((Numbered) entry).value());
    agreement.applied(position, ((Numbered) entry).value());
  }

  private void add(long value) {
    values.add(value);
    fingerprint = fingerprint * 0x9E3779B97F4A7C15L + value;
  }

  @Override
  public ReplicatedLog.Entry decode(byte[] bytes) {
    return new Numbered(ByteBuffer.wrap(bytes).getLong(1), bytes.length - 9);
  }

  @Override
  public long fingerprint() {
    return fingerprint;
  }

  @Override
  public ReplicatedLog.Snapshot snapshot() {
    List<Long> held = List.copyOf(values);
    int padded = padding;
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      data.writeInt(held.size());
      for (long value : held) {
        data.writeLong(value);
      }
      data.writeInt(padded);
      data.write(new byte[padded]);
    };
  }

  @Override
  public ReplicatedLog.Restorable read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    List<Long> read = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      read.add(data.readLong());
    }
    data.skipNBytes(data.readInt());
    return () -> {
      values.clear();
      fingerprint = 1;
      read.forEach(this::add);
    };
  }
}
