// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Append;
import io.jswarm.raft.storage.JournalOperation.Flush;
import io.jswarm.raft.storage.JournalOperation.Reset;
import io.jswarm.raft.storage.JournalOperation.Round;
import io.jswarm.raft.storage.JournalOperation.Truncate;
import java.io.IOException;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * The entries of the replicated log on disk. What is appended can be read at once, and is durable
 * when {@link Listener#onDurable} says so: all that waits is written together and synced once.
 *
 * <p>All methods on the owner's thread, where the listener is called and stages complete too. Only
 * {@link #read} of an entry that is no longer in memory, and {@link #open}, wait for the disk.
 *
 * <p>After a failure of the disk, other than a lack of space, nobody knows what is on it: the
 * journal goes on reading and refuses everything else.
 */
public final class Journal implements AutoCloseable {
  private final Listener listener;
  private final int maxPayload;
  private final int cacheBytes;
  private final JournalQueue queue;
  private final RecentEntries recent;

  /** Where the durable entries are. */
  private final TreeMap<Long, SegmentIndex> segments = new TreeMap<>();

  private long boundaryIndex;
  private long boundaryTerm;
  private long durableIndex;
  private @Nullable Reset resetting;
  private long bytes;
  private boolean full;

  private Journal(
      JournalRecovery.Recovered recovered,
      int overhead,
      Settings settings,
      Executor io,
      Executor owner,
      Listener listener) {
    this.listener = listener;
    this.maxPayload = settings.segmentBytes - Segment.RECORDS - RecordHeader.BYTES - overhead;
    this.cacheBytes = settings.cacheBytes;
    this.queue = new JournalQueue(recovered.writer(), io, owner, this::finished);
    this.boundaryIndex = recovered.boundaryIndex();
    this.boundaryTerm = recovered.boundaryTerm();
    recovered.segments().forEach(each -> segments.put(each.first(), each));
    this.durableIndex = segments.isEmpty() ? boundaryIndex : segments.lastEntry().getValue().last();
    this.recent = new RecentEntries(durableIndex + 1);
  }

  /**
   * Sizes.
   *
   * @param segmentBytes of a file, at least 16 KiB; an entry has to fit into one
   * @param cacheBytes of the newest payloads that stay in memory
   */
  public record Settings(int segmentBytes, int cacheBytes) {
    /** Checks the sizes. */
    public Settings {
      if (segmentBytes < 16 * 1024 || cacheBytes < 0) {
        throw new IllegalArgumentException(
            "segments of " + segmentBytes + " bytes, cache of " + cacheBytes);
      }
    }

    /** Segments of 16 MiB, a cache of 64 MiB. */
    public static Settings defaults() {
      return new Settings(16 << 20, 64 << 20);
    }
  }

  /** An entry. The payload is not copied: nobody may change it. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  public record Entry(long index, long term, byte[] payload) {}

  /** What the owner is told, on its thread. */
  public interface Listener {
    /** All entries up to {@code index} survive a power cut. */
    void onDurable(long index);

    /**
     * There is no space for another segment, or there is again. While there is none, what is left
     * of the last segment can be used; what goes beyond waits in memory.
     */
    void onFull(boolean full);

    /** The journal is dead; called once. */
    void onFailure(Exception cause);
  }

  /**
   * Opens the journal in a directory, or makes an empty one. Blocks.
   *
   * @param io runs what waits for the disk; one task at a time
   * @param owner runs what it is given later, in order, on the owner's thread
   * @throws io.jswarm.spi.UntrustedLogException when what was durable is damaged
   */
  public static Journal open(
      Disk disk, Seal seal, Settings settings, Executor io, Executor owner, Listener listener)
      throws IOException {
    JournalRecovery.Recovered recovered = JournalRecovery.run(disk, seal, settings.segmentBytes);
    Journal journal = new Journal(recovered, seal.overhead(), settings, io, owner, listener);
    journal.queue.start();
    return journal;
  }

  /** Index of the entry before the first one that is kept, 0 if it is the first ever. */
  public long boundaryIndex() {
    return boundaryIndex;
  }

  /** Term of the entry before the first one that is kept, 0 if it is the first ever. */
  public long boundaryTerm() {
    return boundaryTerm;
  }

  /** Index of the first entry that is kept, if there is one. */
  public long firstIndex() {
    return boundaryIndex + 1;
  }

  /** Index of the last entry, or the boundary's. */
  public long lastIndex() {
    return recent.next() - 1;
  }

  /** Term of the last entry, or the boundary's. */
  public long lastTerm() {
    return termAt(lastIndex());
  }

  /** The last entry that is certain to survive a power cut. */
  public long durableIndex() {
    return durableIndex;
  }

  /**
   * The term of an entry or of the boundary.
   *
   * @throws IllegalArgumentException when that entry is not here
   */
  public long termAt(long index) {
    if (index == boundaryIndex) {
      return boundaryTerm;
    }
    Append entry = recent.get(index);
    return entry != null ? entry.term : segmentOf(index).term(index);
  }

  /**
   * An entry; may read from the disk.
   *
   * @throws IllegalArgumentException when that entry is not here
   * @throws io.jswarm.spi.UntrustedLogException when it is damaged, or cannot be read
   */
  public Entry read(long index) {
    Append entry = recent.get(index);
    if (entry != null) {
      return new Entry(index, entry.term, entry.payload);
    }
    SegmentIndex segment = segmentOf(index);
    long term = segment.term(index);
    return new Entry(index, term, segment.segment().read(segment.offset(index), index, term));
  }

  private SegmentIndex segmentOf(long index) {
    Map.Entry<Long, SegmentIndex> found = segments.floorEntry(index);
    if (found == null || index <= boundaryIndex || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no entry " + index + " in " + firstIndex() + ".." + lastIndex());
    }
    return found.getValue();
  }

  /**
   * Adds an entry and returns its index. Does not wait for the disk.
   *
   * @throws IllegalArgumentException when it does not fit into a segment
   * @throws IllegalStateException after a failure
   */
  public long append(long term, byte[] payload) {
    queue.requireAlive();
    if (payload.length > maxPayload) {
      throw new IllegalArgumentException(
          "an entry of " + payload.length + " bytes; at most " + maxPayload + " fit");
    }
    Append entry = new Append(lastIndex() + 1, term, payload);
    recent.add(entry);
    queue.add(entry);
    return entry.index;
  }

  /**
   * Drops the entries after {@code index}, for good.
   *
   * @throws IllegalArgumentException when that entry is not here
   * @throws IllegalStateException after a failure
   */
  public void truncateAfter(long index) {
    queue.requireAlive();
    if (index < boundaryIndex || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no entry " + index + " in " + boundaryIndex + ".." + lastIndex());
    }
    if (index == lastIndex()) {
      return;
    }
    recent.truncateAfter(index);
    queue.remove(
        each ->
            (each instanceof Append entry && entry.dropped)
                || (each instanceof Truncate earlier && earlier.index() > index));
    durableIndex = Math.min(durableIndex, index);
    segments.tailMap(index, false).clear();
    if (!segments.isEmpty()) {
      segments.lastEntry().getValue().truncateAfter(index);
    }
    queue.add(new Truncate(index));
  }

  /** The largest payload that fits into a segment. */
  public int maxPayload() {
    return maxPayload;
  }

  /**
   * Forgets whole segments, as far as all their entries are at most {@code index}; the last one
   * stays.
   *
   * @throws IllegalStateException after a failure
   */
  public void compact(long index) {
    queue.requireAlive();
    Long next = segments.floorKey(index + 1);
    if (next == null || next <= firstIndex()) {
      return;
    }
    SegmentIndex last = segments.headMap(next, false).lastEntry().getValue();
    boundaryIndex = last.last();
    boundaryTerm = last.term(boundaryIndex);
    segments.headMap(next).clear();
    queue.compactTo(next);
  }

  /**
   * Empties the journal; the next entry is the one after {@code index}. The listener is told when
   * that is durable.
   *
   * @throws IllegalStateException after a failure
   */
  public void reset(long index, long term) {
    queue.requireAlive();
    recent.truncateAfter(boundaryIndex);
    recent.truncateAfter(index);
    segments.clear();
    durableIndex = Math.min(durableIndex, index);
    queue.remove(each -> !(each instanceof Flush));
    boundaryIndex = index;
    boundaryTerm = term;
    resetting = new Reset(index, term);
    queue.add(resetting);
  }

  /** Whether there is no space for another segment; see {@link Listener#onFull}. */
  public boolean isFull() {
    return full;
  }

  /** Bytes of all segments on disk, as of the last round of writing. */
  public long bytes() {
    return bytes;
  }

  /**
   * Completes when all that was asked for so far is durable, exceptionally after a failure or
   * {@link #close}.
   */
  public CompletionStage<@Nullable Void> flush() {
    queue.requireAlive();
    return queue.flush();
  }

  /**
   * To be called about every second. Tries again to find space, and writes down where a journal
   * ends that has come to rest: damage of its last entries is recognised from then on.
   */
  public void retry() {
    queue.retry();
  }

  /** Takes no notice of what is not durable yet. Files are closed once {@link #closed} is done. */
  @Override
  public void close() {
    queue.close();
  }

  /** Completes, on the thread of the disk, when the files are closed after {@link #close}. */
  public CompletionStage<@Nullable Void> closed() {
    return queue.closed();
  }

  /** Takes over what was written, and returns what the listener is to be told. */
  private Runnable finished(Round round) {
    if (round.failure != null) {
      Exception cause = round.failure;
      return () -> listener.onFailure(cause);
    }
    boolean emptied = false;
    long before = durableIndex;
    for (JournalOperation operation : round.operations.subList(0, round.done)) {
      if (operation instanceof Append entry && !entry.dropped) {
        locate(entry);
      } else if (operation == resetting) {
        durableIndex = boundaryIndex;
        resetting = null;
        emptied = true;
      }
    }
    recent.evict(durableIndex, cacheBytes);
    bytes = round.bytes;
    boolean fullChanged = full != round.full;
    full = round.full;
    boolean told = emptied || durableIndex > before;
    long durable = durableIndex;
    return () -> {
      if (told) {
        listener.onDurable(durable);
      }
      if (fullChanged) {
        listener.onFull(round.full);
      }
    };
  }

  private void locate(Append entry) {
    Segment segment = Objects.requireNonNull(entry.segment);
    segments
        .computeIfAbsent(segment.header().first(), first -> new SegmentIndex(segment))
        .add(entry.offset, entry.term);
    durableIndex = entry.index;
  }
}
