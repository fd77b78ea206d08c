// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Append;
import io.jswarm.raft.storage.JournalOperation.Compact;
import io.jswarm.raft.storage.JournalOperation.Mark;
import io.jswarm.raft.storage.JournalOperation.Reset;
import io.jswarm.raft.storage.JournalOperation.Round;
import io.jswarm.raft.storage.JournalOperation.Truncate;
import io.jswarm.raft.storage.Segment.Watermark;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The journal's side that writes. One round at a time, on any thread; a failed one is the last.
 *
 * <p>Order on disk: records, one sync, then the watermark that covers them, which the next round's
 * sync makes durable. So whoever kills the process, and damages the end of the file, is found out;
 * only after a power cut may the last round be missing without a trace. A segment is named after it
 * is durable, and counts once the control says so. What is deleted or written over no longer
 * counted by the control.
 */
final class JournalWriter {
  private final Disk disk;
  private final Seal seal;
  private final SlotFile controlFile;
  private final SpareSegment spare;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();

  private JournalControl control;

  /** Missing only while the journal is being emptied. */
  private @Nullable SegmentTail tail;

  private long lastIndex;
  private long lastTerm;
  private long durableIndex;
  private long durableTerm;

  /** What the newest watermark says. */
  private long markedIndex;

  /** Whether the newest watermark may be in the system's memory only. */
  private boolean markUnsynced;

  /** Number of the newest watermark. */
  private long sequence;

  private boolean failed;

  JournalWriter(
      Disk disk, Seal seal, SlotFile controlFile, JournalControl control, int segmentBytes) {
    this.disk = disk;
    this.seal = seal;
    this.controlFile = controlFile;
    this.control = control;
    this.spare = new SpareSegment(disk, segmentBytes);
  }

  /** Takes over a segment that was found on disk. */
  void adopt(Segment segment) {
    segments.put(segment.header().first(), segment);
  }

  /**
   * Goes on where the last segment ends; all in it is durable.
   *
   * @param newest number of its newer watermark
   * @param marked the last entry that is known to have been durable
   */
  void resume(SegmentScan scan, long newest, long marked) throws IOException {
    continueIn(scan);
    sequence = newest;
    markedIndex = marked;
    mark();
  }

  private void continueIn(SegmentScan scan) {
    tail = new SegmentTail(scan.index().segment(), scan.end(), scan.chain());
    lastIndex = scan.index().last();
    lastTerm = scan.index().term(lastIndex);
    durableIndex = lastIndex;
    durableTerm = lastTerm;
    markedIndex = lastIndex;
  }

  /** Does what can be done, and says in the round what became of it. */
  synchronized void run(Round round) {
    try {
      int performed = 0;
      for (JournalOperation operation : round.operations) {
        if (!perform(operation)) {
          break;
        }
        performed++;
      }
      commit();
      prepare(round.operations.isEmpty());
      round.done = performed;
      round.full = spare.isFull();
      round.unprepared = !spare.isReady();
      round.bytes = segments.values().stream().mapToLong(each -> each.header().size()).sum();
    } catch (IOException | RuntimeException e) {
      fail(round, e);
    } catch (Error e) {
      fail(round, new IllegalStateException(e));
    }
  }

  private void fail(Round round, Exception cause) {
    failed = true;
    round.failure = cause;
  }

  /** Works on the spare segment when nobody waits for it, or when that can wait no longer. */
  private void prepare(boolean idle) throws IOException {
    if (idle || spare.isFull() || tail().isNearEnd()) {
      spare.step();
    }
  }

  /** Whether there was space to. */
  private boolean perform(JournalOperation operation) throws IOException {
    if (operation instanceof Append append) {
      return append(append);
    }
    if (operation instanceof Reset reset) {
      return reset(reset.index(), reset.term());
    }
    if (operation instanceof Truncate truncate) {
      truncate(truncate.index());
    } else if (operation instanceof Compact compact) {
      compact(compact.newFirst());
    } else if (operation instanceof Mark) {
      mark();
    }
    return true;
  }

  private boolean append(Append entry) throws IOException {
    byte[] sealed =
        seal.seal(
            entry.payload,
            0,
            entry.payload.length,
            RecordHeader.associatedData(entry.index, entry.term));
    if (!tail().hasRoom(sealed.length) && !roll()) {
      return false;
    }
    entry.segment = tail().segment();
    entry.offset = tail().add(entry.index, entry.term, control.epoch(), sealed);
    lastIndex = entry.index;
    lastTerm = entry.term;
    return true;
  }

  /** Makes everything appended durable. */
  private void commit() throws IOException {
    if (tail == null || !tail.isUnsynced()) {
      return;
    }
    tail.write();
    tail.sync();
    durableIndex = lastIndex;
    durableTerm = lastTerm;
    writeWatermark(tail);
  }

  private void mark() throws IOException {
    commit();
    if (markedIndex < durableIndex) {
      writeWatermark(tail());
    }
    if (markUnsynced) {
      tail().sync();
      markUnsynced = false;
    }
  }

  private void writeWatermark(SegmentTail to) throws IOException {
    to.segment().write(new Watermark(++sequence, durableIndex, durableTerm, control.epoch()));
    markedIndex = durableIndex;
    markUnsynced = true;
  }

  /** Goes on in another segment. */
  private boolean roll() throws IOException {
    commit();
    if (!spare.finish()) {
      return false;
    }
    start(tail().chain());
    return true;
  }

  /** Makes the spare segment the active one, for the entries after the last. */
  private void start(int previous) throws IOException {
    Segment.Header header =
        new Segment.Header(
            seal.keyId(), lastIndex + 1, lastTerm, previous, Seal.newId(), spare.size());
    Watermark empty = new Watermark(sequence + 1, lastIndex, lastTerm, control.epoch());
    Segment segment = Segment.create(disk, seal, SpareSegment.NAME, spare.take(), header, empty);
    sequence += 2;
    markedIndex = lastIndex;
    markUnsynced = false;
    segments.put(header.first(), segment);
    tail = new SegmentTail(segment, Segment.RECORDS, previous);
    save(control.rolledTo(segment));
  }

  private void save(JournalControl changed) throws IOException {
    controlFile.write(changed.encode());
    control = changed;
  }

  private void truncate(long index) throws IOException {
    commit();
    Map.Entry<Long, Segment> found = segments.floorEntry(index);
    Segment segment = (found == null ? segments.firstEntry() : found).getValue();
    SegmentScan scan = SegmentScan.of(segment, control, index);
    if (scan.index().last() != index) {
      throw segment.damaged(scan.end(), "no entry " + index);
    }
    save(control.truncatedAfter(index, segment));
    continueIn(scan);
    remove(segments.tailMap(control.last(), false));
  }

  private void compact(long newFirst) throws IOException {
    if (newFirst > control.first() && segments.containsKey(newFirst)) {
      save(control.compactedTo(newFirst));
      remove(segments.headMap(newFirst));
    }
  }

  /** Begins anew after {@code index}; a second attempt, after one without space, does no harm. */
  boolean reset(long index, long term) throws IOException {
    commit();
    save(JournalControl.resetting(control.epoch() + 1, index, term));
    remove(segments);
    tail = null;
    if (!spare.finish()) {
      return false;
    }
    lastIndex = index;
    lastTerm = term;
    durableIndex = index;
    durableTerm = term;
    start(0);
    return true;
  }

  private void remove(Map<Long, Segment> obsolete) throws IOException {
    for (Segment segment : obsolete.values()) {
      segment.file().close();
      disk.delete(segment.name());
    }
    obsolete.clear();
  }

  private SegmentTail tail() {
    if (tail == null) {
      throw new IllegalStateException("the journal has no segment");
    }
    return tail;
  }

  /** Closes the files; what is durable is marked before, unless the disk failed. */
  synchronized void close(CompletableFuture<@Nullable Void> closed) {
    try {
      if (!failed && tail != null) {
        mark();
      }
      closeFiles();
      closed.complete(null);
    } catch (IOException | RuntimeException e) {
      closed.completeExceptionally(e);
    }
  }

  void closeFiles() throws IOException {
    spare.close();
    controlFile.close();
    for (Segment segment : segments.values()) {
      segment.file().close();
    }
  }
}
