// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.SwarmException;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

/** Notes down everything a log does to its owner: a state that is a list of numbers. */
public final class RecordingMachine
    implements ReplicatedLog.StateMachine, ReplicatedLog.LeadershipListener {
  private final BooleanSupplier onOwner;
  private final List<Integer> values = Collections.synchronizedList(new ArrayList<>());
  private final List<String> wrong = Collections.synchronizedList(new ArrayList<>());
  private final List<Long> terms = Collections.synchronizedList(new ArrayList<>());
  private volatile long position;
  private final AtomicInteger restores = new AtomicInteger();
  private volatile int appliedWhenLeading;
  private volatile boolean leading;
  private volatile Optional<String> leader = Optional.empty();
  private volatile Optional<SwarmException> stopped = Optional.empty();

  /**
   * A machine that has seen nothing.
   *
   * @param onOwner whether the present thread is the owner's
   */
  public RecordingMachine(BooleanSupplier onOwner) {
    this.onOwner = onOwner;
  }

  /** What was applied, in order. */
  public List<Integer> values() {
    synchronized (values) {
      return List.copyOf(values);
    }
  }

  /** Of the last entry. */
  public long position() {
    return position;
  }

  /** Callbacks that came out of order or on the wrong thread. */
  public List<String> wrong() {
    return List.copyOf(wrong);
  }

  /** Those it led in. */
  public List<Long> terms() {
    synchronized (terms) {
      return List.copyOf(terms);
    }
  }

  public boolean leading() {
    return leading;
  }

  /** As it was last told. */
  public Optional<String> leader() {
    return leader;
  }

  public Optional<SwarmException> stopped() {
    return stopped;
  }

  /** How many snapshots replaced its state. */
  public int restores() {
    return restores.get();
  }

  /** How many entries it had when it was last told to lead. */
  public int appliedWhenLeading() {
    return appliedWhenLeading;
  }

  private void check(String callback) {
    if (!onOwner.getAsBoolean()) {
      wrong.add(callback + " on " + Thread.currentThread().getName());
    }
    if (stopped.isPresent()) {
      wrong.add(callback + " after onStopped");
    }
  }

  @Override
  public void apply(long at, ReplicatedLog.Entry entry) {
    check("apply");
    if (at != position + 1) {
      wrong.add("entry " + at + " after " + position);
    }
    position = at;
    values.add(((Numbered) entry).value());
  }

  @Override
  public ReplicatedLog.Entry decode(byte[] bytes) {
    return new Numbered(ByteBuffer.wrap(bytes).getInt(1), bytes.length);
  }

  @Override
  public long fingerprint() {
    return values().hashCode();
  }

  @Override
  public ReplicatedLog.Snapshot snapshot() {
    check("snapshot");
    List<Integer> held = values();
    long at = position;
    return out -> {
      DataOutputStream data = new DataOutputStream(out);
      data.writeLong(at);
      data.writeInt(held.size());
      for (int value : held) {
        data.writeInt(value);
      }
      data.flush();
    };
  }

  @Override
  public ReplicatedLog.Restorable read(InputStream in) throws IOException {
    DataInputStream data = new DataInputStream(in);
    long at = data.readLong();
    List<Integer> read = new ArrayList<>();
    for (int left = data.readInt(); left > 0; left--) {
      read.add(data.readInt());
    }
    return () -> {
      check("restore");
      synchronized (values) {
        values.clear();
        values.addAll(read);
      }
      position = at;
      restores.incrementAndGet();
    };
  }

  @Override
  public void onLeading(long term) {
    check("onLeading");
    terms.add(term);
    appliedWhenLeading = values.size();
    leader = Optional.empty();
    leading = true;
  }

  @Override
  public void onFollowing(Optional<String> address) {
    check("onFollowing");
    leading = false;
    leader = address;
  }

  @Override
  public void onStopped(SwarmException cause) {
    check("onStopped");
    leading = false;
    stopped = Optional.of(cause);
  }

  /** An entry that is a number and padding. */
  public record Numbered(int value, int size) implements ReplicatedLog.Entry {
    @Override
    public byte[] toBytes() {
      return ByteBuffer.allocate(size).put((byte) 1).putInt(value).array();
    }

    @Override
    public int estimatedBytes() {
      return size;
    }
  }
}
