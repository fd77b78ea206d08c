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
import java.nio.ByteBuffer;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * The journal's side that writes. One round at a time, on any thread; a failed one is the last.
 *
 * <p>Order on disk: records, then the watermark that covers the rounds before, then one sync. A
 * segment is named after it is durable, and counts once the control says so. What is deleted or
 * written over no longer counted by the control.
 */
final class JournalWriter {
  private static final int BATCH = 1 << 20;

  private final Disk disk;
  private final Seal seal;
  private final SlotFile controlFile;
  private final SpareSegment spare;
  private final TreeMap<Long, Segment> segments = new TreeMap<>();
  private final ByteBuffer batch;

  private JournalControl control;
  private @Nullable Segment active;

  /** Where the batch goes, in the active segment. */
  private int position;

  /** CRC of the last record. */
  private int chain;

  private long lastIndex;
  private long lastTerm;
  private boolean unsynced;
  private long durableIndex;
  private long durableTerm;
  private long markedIndex;
  private long sequence;

  JournalWriter(
      Disk disk, Seal seal, SlotFile controlFile, JournalControl control, int segmentBytes) {
    this.disk = disk;
    this.seal = seal;
    this.controlFile = controlFile;
    this.control = control;
    this.spare = new SpareSegment(disk, segmentBytes);
    this.batch = ByteBuffer.allocate(Math.min(BATCH, segmentBytes));
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
    active = scan.index().segment();
    position = scan.end();
    chain = scan.chain();
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
      round.done = performed;
      spare.step();
      round.full = spare.isFull();
      round.unprepared = !spare.isReady();
      round.bytes = segments.values().stream().mapToLong(each -> each.header().size()).sum();
    } catch (IOException | RuntimeException e) {
      round.failure = e;
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
    int length = RecordHeader.BYTES + sealed.length;
    Segment segment = active;
    if (segment == null || position + batch.position() + length > segment.header().size()) {
      if (!roll()) {
        return false;
      }
      segment = active();
    }
    byte[] record =
        RecordHeader.encode(
            segment.header().id(), entry.index, entry.term, control.epoch(), chain, sealed);
    if (batch.remaining() < length) {
      writeBatch();
    }
    entry.segment = segment;
    entry.offset = position + batch.position();
    if (batch.remaining() < length) {
      segment.file().write(position, ByteBuffer.wrap(record));
      position += length;
    } else {
      batch.put(record);
    }
    unsynced = true;
    chain = RecordHeader.decode(record, 0).crc();
    lastIndex = entry.index;
    lastTerm = entry.term;
    return true;
  }

  private void writeBatch() throws IOException {
    int length = batch.position();
    active().file().write(position, batch.flip());
    position += length;
    batch.clear();
  }

  /** Makes everything appended durable. */
  private void commit() throws IOException {
    if (!unsynced) {
      return;
    }
    writeBatch();
    if (markedIndex < durableIndex) {
      writeWatermark();
    }
    active().file().sync();
    unsynced = false;
    durableIndex = lastIndex;
    durableTerm = lastTerm;
  }

  private void mark() throws IOException {
    commit();
    if (markedIndex < durableIndex) {
      writeWatermark();
      active().file().sync();
    }
  }

  private void writeWatermark() throws IOException {
    active().write(new Watermark(++sequence, durableIndex, durableTerm, control.epoch()));
    markedIndex = durableIndex;
  }

  /** Goes on in another segment. */
  private boolean roll() throws IOException {
    commit();
    if (!spare.finish()) {
      return false;
    }
    start(chain);
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
    segments.put(header.first(), segment);
    active = segment;
    position = Segment.RECORDS;
    chain = previous;
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
    active = null;
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

  private Segment active() {
    if (active == null) {
      throw new IllegalStateException("the journal has no segment");
    }
    return active;
  }

  /** Closes the files; of a journal at rest, the watermark is written before. */
  synchronized void close(boolean atRest, CompletableFuture<@Nullable Void> closed) {
    try {
      if (atRest && active != null) {
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
