// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.loop.RandomSource;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * Uses a disk as a manager does, at random, and notes at which age of the disk what was asked for
 * and what was promised. All times are counts of changes of the disk.
 */
final class Workload implements Journal.Listener {
  private static final String VOTE = "vote";

  final SimulatedDisk disk = new SimulatedDisk().recorded();

  /** What the log should be after each request, and when that was made. */
  final List<ModelLog> logs = new ArrayList<>(List.of(ModelLog.empty()));

  private final List<Integer> requested = new ArrayList<>(List.of(0));

  /** From that age on, the log is at least that far in {@link #logs}. */
  private final TreeMap<Integer, Integer> promised = new TreeMap<>();

  private final TreeMap<Integer, Long> votesBegun = new TreeMap<>();
  private final TreeMap<Integer, Long> votesDone = new TreeMap<>();
  private final TreeMap<Integer, Long> snapshotsBegun = new TreeMap<>();
  private final TreeMap<Integer, Long> snapshotsDone = new TreeMap<>();

  private final RandomSource random;
  private final ArrayDeque<Runnable> io = new ArrayDeque<>();
  private final ArrayDeque<Runnable> owner = new ArrayDeque<>();

  /** The request that appended each entry of the present log. */
  private final TreeMap<Long, Integer> appendedBy = new TreeMap<>();

  private Journal journal;
  private SlotFile vote;
  private SnapshotFiles snapshots;
  private long term = 1;
  private long votes;
  private int unique;

  private Workload(RandomSource random) {
    this.random = random;
  }

  static Workload run(long seed, int steps) throws IOException {
    RandomSource random = RandomSource.seeded(seed);
    Workload workload = new Workload(random);
    workload.open();
    for (int i = 0; i < steps; i++) {
      workload.step(random.nextInt(100));
    }
    workload.settle();
    return workload;
  }

  private void open() throws IOException {
    vote = SlotFile.open(disk, VOTE);
    snapshots = SnapshotFiles.open(disk, JournalRig.SEAL);
    journal = Journal.open(disk, JournalRig.SEAL, JournalRig.SMALL, io::add, owner::add, this);
  }

  @Override
  public void onDurable(long index) {
    if (index == journal.boundaryIndex() && !appendedBy.containsKey(index)) {
      promise(resetAt);
    } else {
      promise(appendedBy.get(index));
    }
  }

  private int resetAt;

  private void promise(int request) {
    promised.merge(disk.age(), request, Math::max);
  }

  @Override
  public void onFull(boolean full) {
    throw new AssertionError("the disk is not full");
  }

  @Override
  public void onFailure(Exception cause) {
    if (!disk.isDead()) {
      throw new AssertionError(cause);
    }
  }

  private void step(int choice) throws IOException {
    if (choice < 30) {
      append(1 + random.nextInt(4));
    } else if (choice < 50) {
      run(io.poll());
    } else if (choice < 70) {
      run(owner.poll());
    } else if (choice < 75) {
      settle();
    } else if (choice < 80) {
      truncate();
    } else if (choice < 84) {
      snapshotAndCompact();
    } else if (choice < 86) {
      installSnapshot();
    } else if (choice < 90) {
      writeVote();
    } else if (choice < 93) {
      int request = logs.size() - 1;
      journal.flush().thenRun(() -> promise(request));
    } else if (choice < 97) {
      journal.retry();
    } else if (choice < 98) {
      settle();
      journal.close();
      settle();
      reopen();
    } else if (choice < 99) {
      die();
    } else {
      term++;
    }
  }

  /** What was not written is lost then, what was not synced is still there. */
  private void die() throws IOException {
    disk.crashAfter(random.nextInt(30));
    for (int i = 0; i < 100 && !disk.isDead(); i++) {
      try {
        step(random.nextInt(97));
      } catch (IOException e) {
        // That is it.
      }
    }
    disk.revive();
    reopen();
  }

  private void append(int count) {
    for (int i = 0; i < count; i++) {
      String payload = ("#" + unique++ + "#").repeat(1 + random.nextInt(1 + random.nextInt(150)));
      long index = journal.append(term, payload.getBytes(StandardCharsets.UTF_8));
      request(log().append(new ModelLog.Value(term, payload)));
      appendedBy.put(index, logs.size() - 1);
    }
  }

  private void truncate() {
    long from = Math.max(journal.boundaryIndex(), snapshotIndex());
    if (from >= journal.lastIndex()) {
      return;
    }
    long index = from + random.nextInt((int) (journal.lastIndex() - from));
    term++;
    journal.truncateAfter(index);
    request(log().truncateAfter(index));
    appendedBy.tailMap(index, false).clear();
  }

  private void snapshotAndCompact() throws IOException {
    long index = journal.durableIndex();
    if (index <= snapshotIndex() || index < journal.boundaryIndex()) {
      return;
    }
    writeSnapshot(index, journal.termAt(index));
    long compacted = Math.max(0, index - random.nextInt(5));
    journal.compact(compacted);
    request(log().compact(compacted));
  }

  private void installSnapshot() throws IOException {
    long index = Math.max(snapshotIndex(), journal.lastIndex() - 3 + random.nextInt(20)) + 1;
    term++;
    writeSnapshot(index, term);
    journal.reset(index, term);
    request(log().reset(index, term));
    resetAt = logs.size() - 1;
    appendedBy.clear();
  }

  private long snapshotIndex() {
    return snapshots.current().map(StoredSnapshot::index).orElse(0L);
  }

  private void writeSnapshot(long index, long ofTerm) throws IOException {
    snapshotsBegun.put(disk.age(), index);
    try (SnapshotWriter writer = snapshots.create(index, ofTerm)) {
      writer.write(snapshotContent(index));
      writer.commit();
    }
    snapshotsDone.put(disk.age(), index);
  }

  private static byte[] snapshotContent(long index) {
    return SnapshotFilesTest.content(index, (int) (100 + index % 7 * 200));
  }

  private void writeVote() throws IOException {
    votes++;
    votesBegun.put(disk.age(), votes);
    vote.write(ByteBuffer.allocate(Long.BYTES).putLong(votes).array());
    votesDone.put(disk.age(), votes);
  }

  private void reopen() throws IOException {
    io.clear();
    owner.clear();
    int possible = logs.size() - 1;
    open();
    int found = find(journal, promisedAt(disk.age()), possible);
    if (found < 0) {
      throw new AssertionError("after a kill the log is none that was asked for");
    }
    request(logs.get(found));
    resetAt = logs.size() - 1;
    appendedBy.clear();
    for (long i = journal.firstIndex(); i <= journal.lastIndex(); i++) {
      appendedBy.put(i, logs.size() - 1);
    }
    promise(logs.size() - 1);
    votesDone.put(disk.age(), vote());
    snapshotsDone.put(disk.age(), snapshotIndex());
  }

  private long vote() {
    return vote.read().map(value -> ByteBuffer.wrap(value).getLong()).orElse(0L);
  }

  private ModelLog log() {
    return logs.get(logs.size() - 1);
  }

  private void request(ModelLog log) {
    requested.add(disk.age());
    logs.add(log);
  }

  private void settle() {
    while (run(io.poll()) || run(owner.poll())) {}
  }

  private static boolean run(Runnable task) {
    if (task != null) {
      task.run();
    }
    return task != null;
  }

  private int promisedAt(int age) {
    return promised.headMap(age, true).values().stream().mapToInt(each -> each).max().orElse(0);
  }

  private int requestedAt(int age) {
    int last = 0;
    while (last + 1 < requested.size() && requested.get(last + 1) <= age) {
      last++;
    }
    return last;
  }

  private int find(Journal in, int from, int to) {
    long compacted = 0;
    for (int i = to; i >= from; i--) {
      ModelLog log = logs.get(i);
      boolean continued = i < to && log.isContinuedBy(logs.get(i + 1));
      compacted = Math.max(log.compacted(), continued ? compacted : 0);
      if (log.isIn(in, compacted)) {
        return i;
      }
    }
    return -1;
  }

  /** Fails unless a disk holds what it must after a power cut at that age; changes it. */
  void check(SimulatedDisk left, int age) throws IOException {
    JournalRig rig = new JournalRig(left);
    int from = promisedAt(age);
    int to = requestedAt(age);
    if (find(rig.journal, from, to) < 0) {
      throw new AssertionError(
          String.format(
              "the log is %d:%d..%d, but was promised as %s, and last asked for as %s",
              rig.journal.boundaryIndex(),
              rig.journal.boundaryTerm(),
              rig.journal.lastIndex(),
              logs.get(from),
              logs.get(to)));
    }
    try (SlotFile file = SlotFile.open(left, VOTE)) {
      long found = file.read().map(value -> ByteBuffer.wrap(value).getLong()).orElse(0L);
      requireBetween("vote", votesDone, found, votesBegun, age);
    }
    try (SnapshotFiles files = SnapshotFiles.open(left, JournalRig.SEAL)) {
      long found = files.current().map(StoredSnapshot::index).orElse(0L);
      requireBetween("snapshot", snapshotsDone, found, snapshotsBegun, age);
      if (files.current().isPresent()
          && !Arrays.equals(files.current().get().open().readAllBytes(), snapshotContent(found))) {
        throw new AssertionError("the snapshot at " + found + " is not whole");
      }
      if (rig.journal.boundaryIndex() > found) {
        throw new AssertionError(
            "entries up to "
                + rig.journal.boundaryIndex()
                + " are gone, but the snapshot is at "
                + found);
      }
    }
  }

  private static void requireBetween(
      String what,
      NavigableMap<Integer, Long> done,
      long found,
      NavigableMap<Integer, Long> begun,
      int age) {
    long least = done.floorEntry(age) == null ? 0 : done.floorEntry(age).getValue();
    long most = begun.floorEntry(age) == null ? 0 : begun.floorEntry(age).getValue();
    if (found < least || found > most) {
      throw new AssertionError(what + " " + found + " is not in " + least + ".." + most);
    }
  }
}
