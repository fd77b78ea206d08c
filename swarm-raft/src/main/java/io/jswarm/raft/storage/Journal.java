// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.raft.storage.JournalOperation.Append;
import io.jswarm.raft.storage.JournalOperation.Flush;
import io.jswarm.raft.storage.JournalOperation.Reset;
import io.jswarm.raft.storage.JournalOperation.Round;
import io.jswarm.raft.storage.JournalOperation.Truncate;
import java.io.IOException;
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
  private final JournalEntries entries;
  private final JournalQueue queue;
  private long durableIndex;
  private @Nullable Reset resetting;
  private long bytes;
  private boolean full;

  private Journal(
      JournalRecovery.Recovered recovered,
      int maxPayload,
      int cacheBytes,
      Executor io,
      Executor owner,
      Listener listener) {
    this.listener = listener;
    this.maxPayload = maxPayload;
    this.entries =
        new JournalEntries(
            recovered.segments(), recovered.boundaryIndex(), recovered.boundaryTerm(), cacheBytes);
    this.queue = new JournalQueue(recovered.writer(), io, owner, this::finished);
    this.durableIndex = entries.lastIndex();
  }

  /**
   * Sizes.
   *
   * @param segmentBytes of a file, at least 16 KiB; an entry has to fit into one
   * @param cacheBytes of memory for the newest entries, beside those that are not durable yet
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
    int maxPayload = settings.segmentBytes - Segment.RECORDS - RecordHeader.BYTES - seal.overhead();
    Journal journal = new Journal(recovered, maxPayload, settings.cacheBytes, io, owner, listener);
    journal.queue.start();
    return journal;
  }

  /** Index of the entry before the first one that is kept, 0 if it is the first ever. */
  public long boundaryIndex() {
    return entries.boundaryIndex();
  }

  /** Term of the entry before the first one that is kept, 0 if it is the first ever. */
  public long boundaryTerm() {
    return entries.boundaryTerm();
  }

  /** Index of the first entry that is kept, if there is one. */
  public long firstIndex() {
    return boundaryIndex() + 1;
  }

  /** Index of the last entry, or the boundary's. */
  public long lastIndex() {
    return entries.lastIndex();
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
    return entries.termAt(index);
  }

  /**
   * An entry; may read from the disk.
   *
   * @throws IllegalArgumentException when that entry is not here
   * @throws io.jswarm.spi.UntrustedLogException when it is damaged, or cannot be read
   */
  public Entry read(long index) {
    return entries.read(index);
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
    Append entry = entries.append(term, payload);
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
    if (index < boundaryIndex() || index > lastIndex()) {
      throw new IllegalArgumentException(
          "no entry " + index + " in " + boundaryIndex() + ".." + lastIndex());
    }
    if (index == lastIndex()) {
      return;
    }
    entries.truncateAfter(index);
    durableIndex = Math.min(durableIndex, index);
    queue.remove(
        each ->
            (each instanceof Append entry && entry.dropped)
                || (each instanceof Truncate earlier && earlier.index() > index));
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
    long newFirst = entries.compact(index);
    if (newFirst > 0) {
      queue.compactTo(newFirst);
    }
  }

  /**
   * Empties the journal; the next entry is the one after {@code index}. The listener is told when
   * that is durable.
   *
   * @throws IllegalStateException after a failure
   */
  public void reset(long index, long term) {
    queue.requireAlive();
    entries.reset(index, term);
    durableIndex = Math.min(durableIndex, index);
    queue.remove(each -> !(each instanceof Flush));
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
   * Completes when all that was asked for so far is durable; exceptionally when the journal fails
   * or is closed before.
   *
   * @throws IllegalStateException after a failure
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
    long before = durableIndex;
    boolean emptied = false;
    for (JournalOperation operation : round.operations.subList(0, round.done)) {
      if (operation instanceof Append entry && !entry.dropped) {
        entries.written(entry);
        durableIndex = entry.index;
      } else if (operation instanceof Reset reset && reset == resetting) {
        durableIndex = reset.index();
        resetting = null;
        emptied = true;
      }
    }
    entries.evict(durableIndex);
    bytes = round.bytes;
    boolean fullChanged = full != round.full;
    full = round.full;
    boolean moreIsDurable = emptied || durableIndex > before;
    long durable = durableIndex;
    return () -> {
      if (moreIsDurable) {
        listener.onDurable(durable);
      }
      if (fullChanged) {
        listener.onFull(round.full);
      }
    };
  }
}
