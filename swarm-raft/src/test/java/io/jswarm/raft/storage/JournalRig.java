// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/** A journal whose two threads are run by hand. */
final class JournalRig implements Journal.Listener {
  static final Seal SEAL = Seal.withKey(new byte[32]);

  /** Room for some records only: a segment has 12 KiB before its first one. */
  static final Journal.Settings SMALL = new Journal.Settings(16 * 1024, 1024);

  final SimulatedDisk disk;
  final ArrayDeque<Runnable> io = new ArrayDeque<>();
  final ArrayDeque<Runnable> owner = new ArrayDeque<>();
  final List<Long> durable = new ArrayList<>();
  final List<Boolean> full = new ArrayList<>();
  final List<Exception> failures = new ArrayList<>();
  final Journal journal;

  JournalRig(SimulatedDisk disk) {
    this(disk, SEAL, SMALL);
  }

  JournalRig(SimulatedDisk disk, Seal seal, Journal.Settings settings) {
    this.disk = disk;
    try {
      journal = Journal.open(disk, seal, settings, io::add, owner::add, this);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void onDurable(long index) {
    durable.add(index);
  }

  @Override
  public void onFull(boolean isFull) {
    full.add(isFull);
  }

  @Override
  public void onFailure(Exception cause) {
    failures.add(cause);
  }

  /** Runs both threads until there is nothing to do. */
  JournalRig settle() {
    while (runIo() || runOwner()) {}
    return this;
  }

  boolean runIo() {
    return run(io.poll());
  }

  boolean runOwner() {
    return run(owner.poll());
  }

  private static boolean run(Runnable task) {
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  JournalRig append(long term, String... payloads) {
    for (String payload : payloads) {
      journal.append(term, payload.getBytes(StandardCharsets.UTF_8));
    }
    return this;
  }

  /** Adds so many entries of 500 bytes; some six of them fill a segment. */
  JournalRig fill(long term, int count) {
    for (int i = 0; i < count; i++) {
      append(term, text(journal.lastIndex() + 1, term));
    }
    return this;
  }

  static String text(long index, long term) {
    return ("entry " + index + " of term " + term + " ").repeat(30).substring(0, 500);
  }

  String read(long index) {
    return new String(journal.read(index).payload(), StandardCharsets.UTF_8);
  }

  /** All entries, as text. */
  List<String> entries() {
    List<String> entries = new ArrayList<>();
    for (long i = journal.firstIndex(); i <= journal.lastIndex(); i++) {
      entries.add(journal.termAt(i) + ":" + read(i));
    }
    return entries;
  }

  /** Closes the journal in good order and opens it again. */
  JournalRig reopen() {
    settle();
    journal.close();
    settle();
    return new JournalRig(disk).settle();
  }

  /** Opens what is left after the process was killed. */
  JournalRig kill() {
    return new JournalRig(disk.copy()).settle();
  }
}
