// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import io.jswarm.spi.ManagerGroup.Manager;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.UntrustedLogException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * All that {@link PlainRaft} keeps: a file of steps, each with a checksum, and a second file that
 * says how long the first had become when it was last synced.
 */
final class PlainFile {
  /** What a record is. */
  enum Kind {
    ENTRY,
    CONFIG,
    NOTHING
  }

  private enum Step {
    ID,
    TERM,
    APPEND,
    TRUNCATE
  }

  /** One place of the log. */
  static final class Item {
    private final Kind kind;
    private final long term;
    private ReplicatedLog.@Nullable Entry entry;
    private byte @Nullable [] bytes;
    private final List<Manager> members;

    private Item(
        Kind kind,
        long term,
        ReplicatedLog.@Nullable Entry entry,
        byte @Nullable [] bytes,
        List<Manager> members) {
      this.kind = kind;
      this.term = term;
      this.entry = entry;
      this.bytes = bytes;
      this.members = members;
    }

    static Item entry(long term, ReplicatedLog.Entry entry) {
      return new Item(Kind.ENTRY, term, entry, null, List.of());
    }

    static Item config(long term, List<Manager> members) {
      return new Item(Kind.CONFIG, term, null, null, List.copyOf(members));
    }

    static Item nothing(long term) {
      return new Item(Kind.NOTHING, term, null, null, List.of());
    }

    Kind kind() {
      return kind;
    }

    long term() {
      return term;
    }

    int size() {
      return bytes().length + 20;
    }

    ReplicatedLog.Entry entry(ReplicatedLog.StateMachine machine) {
      ReplicatedLog.Entry known = entry;
      if (known == null) {
        known = machine.decode(bytes());
        entry = known;
      }
      return known;
    }

    private byte[] bytes() {
      byte[] known = bytes;
      if (known == null) {
        ReplicatedLog.Entry source = entry;
        known = source == null ? new byte[0] : source.toBytes();
        bytes = known;
      }
      return known;
    }

    void write(DataOutputStream out) throws IOException {
      out.writeByte(kind.ordinal());
      out.writeLong(term);
      out.writeInt(bytes().length);
      out.write(bytes());
      out.writeInt(members.size());
      for (Manager manager : members) {
        out.writeUTF(manager.id());
        out.writeUTF(manager.nodeId());
        out.writeUTF(manager.address());
      }
    }

    static Item read(DataInputStream in) throws IOException {
      Kind kind = Kind.values()[in.readByte()];
      long term = in.readLong();
      byte[] bytes = new byte[in.readInt()];
      in.readFully(bytes);
      List<Manager> members = new ArrayList<>();
      for (int left = in.readInt(); left > 0; left--) {
        members.add(new Manager(in.readUTF(), in.readUTF(), in.readUTF()));
      }
      return new Item(kind, term, null, bytes, members);
    }
  }

  private final @Nullable FileChannel steps;
  private final @Nullable FileChannel end;
  private final List<Item> log = new ArrayList<>();
  private final List<Integer> configs = new ArrayList<>();
  private String id = "";
  private String vote = "";
  private long term;

  private PlainFile(@Nullable FileChannel steps, @Nullable FileChannel end) {
    this.steps = steps;
    this.end = end;
  }

  static PlainFile inMemory() {
    return new PlainFile(null, null);
  }

  static PlainFile open(Path directory, boolean strict) {
    try {
      Files.createDirectories(directory);
      PlainFile file =
          new PlainFile(channel(directory.resolve("log")), channel(directory.resolve("end")));
      file.load(directory, strict);
      return file;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static FileChannel channel(Path path) throws IOException {
    return FileChannel.open(
        path, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  private void load(Path directory, boolean strict) throws IOException {
    byte[] bytes = Files.readAllBytes(directory.resolve("log"));
    ByteBuffer synced = ByteBuffer.wrap(Files.readAllBytes(directory.resolve("end")));
    long length = synced.remaining() == 8 ? synced.getLong() : 0;
    ByteBuffer in = ByteBuffer.wrap(bytes);
    int whole = 0;
    while (in.remaining() >= 8) {
      int size = in.getInt();
      int checksum = in.getInt();
      if (size < 0 || size > in.remaining()) {
        break;
      }
      byte[] step = new byte[size];
      in.get(step);
      if (checksum != checksum(step)) {
        if (strict) {
          throw new UntrustedLogException("a step at " + whole + " is damaged in " + directory);
        }
        break;
      }
      load(step);
      whole = in.position();
    }
    if (strict && whole < length) {
      throw new UntrustedLogException(
          directory + " ends at " + whole + " and was synced up to " + length);
    }
    FileChannel out = steps;
    if (out != null) {
      out.truncate(whole);
      out.position(whole);
    }
  }

  private void load(byte[] step) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(step));
    switch (Step.values()[in.readByte()]) {
      case ID -> id = in.readUTF();
      case TERM -> {
        term = in.readLong();
        vote = in.readUTF();
      }
      case APPEND -> add(Item.read(in));
      case TRUNCATE -> cut(in.readLong());
    }
  }

  private static int checksum(byte[] bytes) {
    CRC32 crc = new CRC32();
    crc.update(bytes);
    return (int) crc.getValue();
  }

  @FunctionalInterface
  private interface Body {
    void write(DataOutputStream out) throws IOException;
  }

  private void write(Step step, Body body) {
    FileChannel out = steps;
    if (out == null) {
      return;
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream data = new DataOutputStream(bytes)) {
      data.writeByte(step.ordinal());
      body.write(data);
      byte[] written = bytes.toByteArray();
      ByteBuffer framed =
          ByteBuffer.allocate(8 + written.length)
              .putInt(written.length)
              .putInt(checksum(written))
              .put(written)
              .flip();
      while (framed.hasRemaining()) {
        out.write(framed);
      }
    } catch (IOException e) {
      throw fatal(e);
    }
  }

  /** What could not be written must not be promised: the process ends. */
  private static RuntimeException fatal(IOException e) {
    e.printStackTrace();
    Runtime.getRuntime().halt(ManagerProcess.STOPPED);
    return new UncheckedIOException(e);
  }

  /** Makes durable what was written. */
  void sync() {
    FileChannel out = steps;
    FileChannel mark = end;
    if (out != null && mark != null) {
      try {
        out.force(false);
        mark.write(ByteBuffer.allocate(8).putLong(out.position()).flip(), 0);
      } catch (IOException e) {
        throw fatal(e);
      }
    }
  }

  String id() {
    return id;
  }

  void setId(String made) {
    id = made;
    write(Step.ID, out -> out.writeUTF(made));
  }

  long term() {
    return term;
  }

  /** For whom this manager voted in the present term; empty if for nobody. */
  String vote() {
    return vote;
  }

  void setTerm(long newTerm, String newVote) {
    term = newTerm;
    vote = newVote;
    write(
        Step.TERM,
        out -> {
          out.writeLong(newTerm);
          out.writeUTF(newVote);
        });
  }

  long lastIndex() {
    return log.size();
  }

  Item at(long index) {
    return log.get((int) index - 1);
  }

  long termAt(long index) {
    return index == 0 || index > log.size() ? 0 : at(index).term();
  }

  void append(Item record) {
    add(record);
    write(Step.APPEND, record::write);
  }

  void truncate(long from) {
    cut(from);
    write(Step.TRUNCATE, out -> out.writeLong(from));
  }

  private void add(Item record) {
    log.add(record);
    if (record.kind() == Kind.CONFIG) {
      configs.add(log.size());
    }
  }

  private void cut(long from) {
    log.subList((int) from - 1, log.size()).clear();
    configs.removeIf(index -> index >= from);
  }

  /** The members by the latest configuration in the log, committed or not. */
  List<Manager> members() {
    return configs.isEmpty() ? List.of() : at(configIndex()).members;
  }

  long configIndex() {
    return configs.isEmpty() ? 0 : configs.get(configs.size() - 1);
  }
}
