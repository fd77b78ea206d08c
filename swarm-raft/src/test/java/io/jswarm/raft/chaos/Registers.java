// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import com.google.common.hash.Hashing;
import io.jswarm.spi.ReplicatedLog;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.BitSet;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What the managers agree on under faults: registers that hold the id of the operation that wrote
 * them. Refuses nothing and repairs nothing: it notes what a log does wrong. On the loop only.
 */
final class Registers implements ReplicatedLog.StateMachine {
  /** What an entry does. */
  enum Kind {
    /** Writes a register. */
    PUT,
    /** Writes a register whose version is the one expected. */
    CAS,
    /** Writes nothing; its position is what matters. */
    MARK,
    /** Forgets the ids of clients that will send nothing any more. */
    RETIRE,
    /** Stores bytes under a key; for benchmarks. */
    BULK
  }

  /** A register: the operation that wrote it last, and that operation's position. */
  record Register(long value, long version) {
    static final Register EMPTY = new Register(0, 0);
  }

  /** How many outcomes are remembered; a proposer asks at once. */
  private static final int OUTCOMES = 1 << 16;

  private final AppliedFile applied;
  private final Consumer<String> violations;
  private final boolean[] outcomes = new boolean[OUTCOMES];
  private State state = new State();

  Registers(AppliedFile applied, Consumer<String> violations) {
    this.applied = applied;
    this.violations = violations;
  }

  /** Position of the entry applied last. */
  long position() {
    return state.position;
  }

  /** The present value of a register. */
  Register register(int key) {
    return state.registers.getOrDefault(key, Register.EMPTY);
  }

  /** Whether the entry applied at {@code position}, not long ago, took effect. */
  boolean tookEffect(long position) {
    return outcomes[(int) (position % OUTCOMES)];
  }

  @Override
  public void apply(long position, ReplicatedLog.Entry entry) {
    Operation operation = (Operation) entry;
    if (position != state.position + 1) {
      violations.accept("position " + position + " follows " + state.position);
    }
    state.position = position;
    state.hash = operation.hash(state.hash);
    outcomes[(int) (position % OUTCOMES)] = effect(position, operation);
    applied.put(position, state.hash, operation.id()).ifPresent(violations);
  }

  private boolean effect(long position, Operation operation) {
    if (operation.kind() == Kind.BULK) {
      state.bulk.put(operation.key(), operation.payload());
      return true;
    }
    remember(position, operation.id());
    switch (operation.kind()) {
      case PUT -> state.registers.put(operation.key(), new Register(operation.id(), position));
      case CAS -> {
        if (register(operation.key()).version() != operation.expected()) {
          return false;
        }
        state.registers.put(operation.key(), new Register(operation.id(), position));
      }
      case RETIRE -> {
        state.retired = Math.max(state.retired, operation.key());
        state.ids.headMap(operation.key(), true).clear();
      }
      default -> {}
    }
    return true;
  }

  private void remember(long position, long id) {
    int client = Operation.client(id);
    if (client <= state.retired) {
      violations.accept("operation " + Operation.name(id) + " at " + position + " comes too late");
      return;
    }
    BitSet sequence = state.ids.computeIfAbsent(client, key -> new BitSet());
    int number = Operation.number(id);
    if (sequence.get(number)) {
      violations.accept("operation " + Operation.name(id) + " applied again at " + position);
    }
    sequence.set(number);
  }

  @Override
  public ReplicatedLog.Entry decode(byte[] bytes) {
    return Operation.of(bytes);
  }

  @Override
  public long fingerprint() {
    return state.hash;
  }

  @Override
  public ReplicatedLog.Snapshot snapshot() {
    State held = state.copy();
    return out -> held.write(new DataOutputStream(out));
  }

  @Override
  public ReplicatedLog.Restorable read(InputStream in) throws IOException {
    State read = State.read(new DataInputStream(in));
    return () -> {
      state = read;
      applied
          .put(read.position, read.hash, AppliedFile.FROM_SNAPSHOT)
          .ifPresent(rewritten -> violations.accept("snapshot: " + rewritten));
    };
  }

  /** All of it. */
  private static final class State {
    private long position;
    private long hash;
    private int retired;
    private final TreeMap<Integer, Register> registers = new TreeMap<>();
    private final TreeMap<Integer, BitSet> ids = new TreeMap<>();
    private final TreeMap<Integer, byte[]> bulk = new TreeMap<>();

    State copy() {
      State copy = new State();
      copy.position = position;
      copy.hash = hash;
      copy.retired = retired;
      copy.registers.putAll(registers);
      ids.forEach((client, sequence) -> copy.ids.put(client, (BitSet) sequence.clone()));
      copy.bulk.putAll(bulk);
      return copy;
    }

    void write(DataOutputStream out) throws IOException {
      out.writeLong(position);
      out.writeLong(hash);
      out.writeInt(retired);
      out.writeInt(registers.size());
      for (Map.Entry<Integer, Register> register : registers.entrySet()) {
        out.writeInt(register.getKey());
        out.writeLong(register.getValue().value());
        out.writeLong(register.getValue().version());
      }
      out.writeInt(ids.size());
      for (Map.Entry<Integer, BitSet> sequence : ids.entrySet()) {
        out.writeInt(sequence.getKey());
        writeBytes(out, sequence.getValue().toByteArray());
      }
      out.writeInt(bulk.size());
      for (Map.Entry<Integer, byte[]> value : bulk.entrySet()) {
        out.writeInt(value.getKey());
        writeBytes(out, value.getValue());
      }
      out.flush();
    }

    static State read(DataInputStream in) throws IOException {
      State state = new State();
      state.position = in.readLong();
      state.hash = in.readLong();
      state.retired = in.readInt();
      for (int left = in.readInt(); left > 0; left--) {
        state.registers.put(in.readInt(), new Register(in.readLong(), in.readLong()));
      }
      for (int left = in.readInt(); left > 0; left--) {
        state.ids.put(in.readInt(), BitSet.valueOf(readBytes(in)));
      }
      for (int left = in.readInt(); left > 0; left--) {
        state.bulk.put(in.readInt(), readBytes(in));
      }
      return state;
    }

    private static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
      out.writeInt(bytes.length);
      out.write(bytes);
    }

    private static byte[] readBytes(DataInputStream in) throws IOException {
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      return bytes;
    }
  }

  /**
   * An entry of the log.
   *
   * @param id of client and number; 0 for {@link Kind#BULK}
   * @param key the register; for {@link Kind#RETIRE} the last client to forget
   * @param expected the version that {@link Kind#CAS} expects
   * @param payload what {@link Kind#BULK} stores; for others only there to take room
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Operation(Kind kind, long id, int key, long expected, byte[] payload)
      implements ReplicatedLog.Entry {
    private static final int HEADER = 1 + 1 + 8 + 4 + 8;
    private static final byte FORMAT = 1;
    private static final int NUMBER_BITS = 31;

    static Operation of(byte[] bytes) {
      ByteBuffer in = ByteBuffer.wrap(bytes);
      if (in.get() != FORMAT) {
        throw new IllegalArgumentException("format " + bytes[0]);
      }
      Kind kind = Kind.values()[in.get()];
      long id = in.getLong();
      int key = in.getInt();
      long expected = in.getLong();
      byte[] payload = new byte[in.remaining()];
      in.get(payload);
      return new Operation(kind, id, key, expected, payload);
    }

    static long id(int client, int number) {
      return (long) client << NUMBER_BITS | number;
    }

    static int client(long id) {
      return (int) (id >>> NUMBER_BITS);
    }

    static int number(long id) {
      return (int) (id & (1L << NUMBER_BITS) - 1);
    }

    static String name(long id) {
      return client(id) + "/" + number(id);
    }

    @Override
    public byte[] toBytes() {
      return ByteBuffer.allocate(estimatedBytes())
          .put(FORMAT)
          .put((byte) kind.ordinal())
          .putLong(id)
          .putInt(key)
          .putLong(expected)
          .put(payload)
          .array();
    }

    @Override
    public int estimatedBytes() {
      return HEADER + payload.length;
    }

    /** Of all that was applied before and this; never 0. */
    long hash(long before) {
      byte[] bytes = kind == Kind.BULK ? new byte[0] : payload;
      long hash =
          Hashing.murmur3_128((int) before)
              .newHasher()
              .putLong(before)
              .putInt(kind.ordinal())
              .putLong(id)
              .putInt(key)
              .putLong(expected)
              .putInt(payload.length)
              .putBytes(bytes)
              .hash()
              .asLong();
      return hash == 0 ? 1 : hash;
    }
  }
}
