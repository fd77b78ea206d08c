// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.loop.RandomSource;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A disk in memory that forgets as a real one may: what is written survives a power cut for certain
 * only after a sync of the file, what is made, renamed or deleted only after a sync of the
 * directory. It can be made full, broken or dead. It records what changes it, so that what a power
 * cut leaves can be had for each moment of its past.
 *
 * <p>Any thread.
 */
public final class SimulatedDisk implements Disk {
  private static final int NO_LIMIT = -1;

  private final List<SimulatedInode> inodes = new ArrayList<>();
  private final TreeMap<String, SimulatedInode> names = new TreeMap<>();
  private final TreeMap<String, SimulatedInode> durableNames = new TreeMap<>();
  private final List<Map<String, Optional<SimulatedInode>>> unsyncedNames = new ArrayList<>();
  private final List<Change> history = new ArrayList<>();
  private final Map<Kind, Integer> failures = new EnumMap<>(Kind.class);

  private long capacity = Integer.MAX_VALUE;
  private int changesToCrash = NO_LIMIT;
  private boolean recording;
  private long syncs;

  /** What can be made to fail. */
  public enum Kind {
    CREATE,
    READ,
    WRITE,
    RESIZE,
    SYNC,
    RENAME,
    DELETE,
    SYNC_DIRECTORY
  }

  /** A change of the disk, which can be made on another one that had the same changes before. */
  public record Change(Kind kind, String what, Consumer<SimulatedDisk> effect) {
    @Override
    public String toString() {
      return kind + " " + what;
    }
  }

  /** Records from now on what changes the disk, which must be new. */
  public synchronized SimulatedDisk recorded() {
    recording = true;
    return this;
  }

  /** What changed the disk since it records. */
  public synchronized List<Change> history() {
    return List.copyOf(history);
  }

  /** How much changed the disk since it records. */
  public synchronized int age() {
    return history.size();
  }

  /** Makes a change that another disk recorded. */
  public synchronized void replay(Change change) {
    change.effect.accept(this);
  }

  /** Syncs of files so far. */
  public synchronized long syncs() {
    return syncs;
  }

  /** Limits the bytes of all files together. */
  public synchronized void capacity(long bytes) {
    capacity = bytes;
  }

  /** Bytes of all files together. */
  public synchronized long used() {
    return names.values().stream().mapToLong(SimulatedInode::size).sum();
  }

  /** Lets the next operation of that kind fail, after {@code passing} more that do not. */
  public synchronized void fail(Kind kind, int passing) {
    failures.put(kind, passing);
  }

  /** After so many more changes, all operations fail: the process is dead. */
  public synchronized void crashAfter(int changes) {
    changesToCrash = changes;
  }

  /** Whether {@link #crashAfter} has come true. */
  public synchronized boolean isDead() {
    return changesToCrash == 0;
  }

  /** Another process begins, on what the one that is dead left. */
  public synchronized void revive() {
    changesToCrash = NO_LIMIT;
  }

  /** Changes a bit of a file, also of what is durable. */
  public synchronized void flip(String name, long offset, int bit) {
    names.get(name).flip((int) offset, bit);
  }

  /** What a file holds. */
  public synchronized byte[] contents(String name) {
    return names.get(name).contents();
  }

  /** Replaces a file behind everybody's back. */
  public synchronized void replace(String name, byte[] contents) {
    SimulatedInode inode = new SimulatedInode();
    inode.write(0, contents);
    inode.sync();
    names.put(name, inode);
    durableNames.put(name, inode);
  }

  /** Removes a file behind everybody's back. */
  public synchronized void lose(String name) {
    names.remove(name);
    durableNames.remove(name);
  }

  /** Takes back what {@link #fail} asked for. */
  public synchronized void failNoMore() {
    failures.clear();
  }

  /** What the next process finds after this one was killed; this one's files are no longer it. */
  public synchronized SimulatedDisk copy() {
    SimulatedDisk copy = new SimulatedDisk();
    Map<SimulatedInode, SimulatedInode> copies = new HashMap<>();
    inodes.forEach(each -> copies.put(each, each.copy()));
    copy.inodes.addAll(inodes.stream().map(copies::get).toList());
    Function<SimulatedInode, SimulatedInode> copied =
        inode -> copies.computeIfAbsent(inode, SimulatedInode::copy);
    names.forEach((name, inode) -> copy.names.put(name, copied.apply(inode)));
    durableNames.forEach((name, inode) -> copy.durableNames.put(name, copied.apply(inode)));
    for (Map<String, Optional<SimulatedInode>> change : unsyncedNames) {
      Map<String, Optional<SimulatedInode>> changed = new TreeMap<>();
      change.forEach((name, inode) -> changed.put(name, inode.map(copied)));
      copy.unsyncedNames.add(changed);
    }
    copy.capacity = capacity;
    return copy;
  }

  /** What may be found after the power was cut now. */
  public synchronized SimulatedDisk powerCut(RandomSource random) {
    TreeMap<String, SimulatedInode> left = new TreeMap<>(durableNames);
    double kept = List.of(0.0, 0.5, 0.5, 1.0).get(random.nextInt(4));
    for (Map<String, Optional<SimulatedInode>> change : unsyncedNames) {
      if (random.nextDouble() < kept) {
        apply(change, left);
      }
    }
    SimulatedDisk disk = new SimulatedDisk();
    disk.capacity = capacity;
    left.forEach(
        (name, inode) -> {
          SimulatedInode found = inode.afterPowerCut(random);
          disk.names.put(name, found);
          disk.durableNames.put(name, found);
        });
    return disk;
  }

  private static void apply(
      Map<String, Optional<SimulatedInode>> change, Map<String, SimulatedInode> to) {
    change.forEach(
        (name, inode) ->
            inode.ifPresentOrElse(present -> to.put(name, present), () -> to.remove(name)));
  }

  private void change(Kind kind, String what, Consumer<SimulatedDisk> effect) throws IOException {
    failIfAsked(kind, what);
    if (changesToCrash > 0) {
      changesToCrash--;
    }
    effect.accept(this);
    if (recording) {
      history.add(new Change(kind, what, effect));
    }
  }

  private void failIfAsked(Kind kind, String what) throws IOException {
    if (changesToCrash == 0) {
      throw new IOException("the process is dead");
    }
    Integer passing = failures.get(kind);
    if (passing != null && passing == 0) {
      failures.remove(kind);
      throw new IOException("simulated failure of " + kind + " " + what);
    }
    if (passing != null) {
      failures.put(kind, passing - 1);
    }
  }

  private void changeNames(Map<String, Optional<SimulatedInode>> change) {
    apply(change, names);
    unsyncedNames.add(change);
  }

  @Override
  public synchronized List<String> list() {
    return List.copyOf(names.keySet());
  }

  @Override
  public synchronized DiskFile open(String name) throws IOException {
    SimulatedInode found = names.get(name);
    if (found == null) {
      change(
          Kind.CREATE,
          name,
          disk -> {
            SimulatedInode made = new SimulatedInode();
            disk.inodes.add(made);
            disk.changeNames(Map.of(name, Optional.of(made)));
          });
      found = names.get(name);
    } else if (!inodes.contains(found)) {
      inodes.add(found);
    }
    return new OpenFile(name, inodes.indexOf(found));
  }

  @Override
  public synchronized boolean exists(String name) {
    return names.containsKey(name);
  }

  @Override
  public synchronized void rename(String from, String to) throws IOException {
    if (!names.containsKey(from)) {
      throw new FileNotFoundException(from);
    }
    change(
        Kind.RENAME,
        from + " to " + to,
        disk -> {
          Optional<SimulatedInode> inode = Optional.of(disk.names.get(from));
          disk.changeNames(Map.of(from, Optional.empty(), to, inode));
        });
  }

  @Override
  public synchronized void delete(String name) throws IOException {
    if (names.containsKey(name)) {
      change(Kind.DELETE, name, disk -> disk.changeNames(Map.of(name, Optional.empty())));
    }
  }

  @Override
  public synchronized void sync() throws IOException {
    change(
        Kind.SYNC_DIRECTORY,
        "",
        disk -> {
          disk.durableNames.clear();
          disk.durableNames.putAll(disk.names);
          disk.unsyncedNames.clear();
        });
  }

  @Override
  public synchronized long usableSpace() {
    return capacity - used();
  }

  @Override
  public void close() {}

  private final class OpenFile implements DiskFile {
    private final String name;
    private final int number;
    private volatile boolean open = true;

    OpenFile(String name, int number) {
      this.name = name;
      this.number = number;
    }

    @Override
    public long size() {
      synchronized (SimulatedDisk.this) {
        return inodes.get(number).size();
      }
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException {
      synchronized (SimulatedDisk.this) {
        requireOpen();
        failIfAsked(Kind.READ, name);
        byte[] bytes = new byte[into.remaining()];
        int length = inodes.get(number).read((int) position, bytes);
        into.put(bytes, 0, Math.max(length, 0));
        return length;
      }
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      synchronized (SimulatedDisk.this) {
        requireOpen();
        byte[] bytes = new byte[from.remaining()];
        from.get(bytes);
        int room = (int) Math.min(bytes.length, room((int) position));
        byte[] written = room < bytes.length ? Arrays.copyOf(bytes, room) : bytes;
        change(
            Kind.WRITE,
            name + " " + position + "+" + written.length,
            disk -> disk.inodes.get(number).write((int) position, written));
        if (room < bytes.length) {
          throw new DiskFullException("no space for " + name, null);
        }
      }
    }

    /** Bytes that can be written from there on. */
    private long room(int position) {
      return Math.max(0, inodes.get(number).size() - position) + Math.max(0, usableSpace());
    }

    @Override
    public void sync() throws IOException {
      synchronized (SimulatedDisk.this) {
        requireOpen();
        try {
          change(Kind.SYNC, name, disk -> disk.inodes.get(number).sync());
        } catch (IOException e) {
          if (!isDead()) {
            inodes.get(number).loseUnsynced();
          }
          throw e;
        }
        syncs++;
      }
    }

    @Override
    public void resize(long size) throws IOException {
      synchronized (SimulatedDisk.this) {
        requireOpen();
        change(Kind.RESIZE, name + " " + size, disk -> disk.inodes.get(number).resize((int) size));
      }
    }

    @Override
    public void close() {
      open = false;
    }

    private void requireOpen() throws IOException {
      if (!open) {
        throw new ClosedChannelException();
      }
    }
  }
}
