// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The snapshots of a manager. The newest counts; the one before it stays readable until the next
 * one is committed, for those who are still sending it. Any thread; each writer by one at a time.
 */
public final class SnapshotFiles implements AutoCloseable {
  private static final String UNFINISHED = ".tmp";

  private final Disk disk;
  private final Seal seal;
  private @Nullable StoredSnapshot current;
  private @Nullable StoredSnapshot former;
  private long writers;

  private SnapshotFiles(Disk disk, Seal seal) {
    this.disk = disk;
    this.seal = seal;
  }

  /**
   * Opens the newest snapshot, reads it through, and deletes the others. Blocks for as long as that
   * takes.
   *
   * @throws UntrustedLogException when the newest snapshot is damaged
   */
  public static SnapshotFiles open(Disk disk, Seal seal) throws IOException {
    // Who renamed the newest one may have been killed before this.
    disk.sync();
    SnapshotFiles files = new SnapshotFiles(disk, seal);
    List<String> names = disk.list().stream().filter(SnapshotFormat::isName).toList();
    if (!names.isEmpty()) {
      String newest = names.get(names.size() - 1);
      files.current = StoredSnapshot.open(disk, seal, newest);
    }
    for (String name : disk.list()) {
      boolean obsolete =
          SnapshotFormat.isUnfinished(name)
              || (SnapshotFormat.isName(name) && !files.isCurrent(name));
      if (obsolete) {
        disk.delete(name);
      }
    }
    return files;
  }

  private synchronized boolean isCurrent(String name) {
    return current != null && current.name().equals(name);
  }

  /** The newest snapshot. */
  public synchronized Optional<StoredSnapshot> current() {
    return Optional.ofNullable(current);
  }

  /**
   * Begins a snapshot of the state after entry {@code index} of {@code term}.
   *
   * @throws DiskFullException when there is no space, as may the writer's methods
   */
  public SnapshotWriter create(long index, long term) throws IOException {
    String name = SnapshotFormat.name(index, term);
    String unfinished = name + "." + nextWriter() + UNFINISHED;
    disk.delete(unfinished);
    return new SnapshotWriter(this, seal, disk.open(unfinished), unfinished, index, term);
  }

  private synchronized long nextWriter() {
    return writers++;
  }

  /** Makes a complete and durable file the newest snapshot. */
  synchronized StoredSnapshot commit(String unfinished, StoredSnapshot snapshot)
      throws IOException {
    if (current != null && current.index() > snapshot.index()) {
      throw new IllegalStateException(
          "the snapshot at " + current.index() + " is newer than that at " + snapshot.index());
    }
    disk.rename(unfinished, snapshot.name());
    disk.sync();
    StoredSnapshot obsolete = former;
    former = current;
    current = snapshot;
    if (obsolete != null) {
      obsolete.close();
      if (!obsolete.name().equals(snapshot.name()) && !isFormer(obsolete.name())) {
        disk.delete(obsolete.name());
      }
    }
    return snapshot;
  }

  private boolean isFormer(String name) {
    return former != null && former.name().equals(name);
  }

  void discard(String unfinished) throws IOException {
    disk.delete(unfinished);
  }

  /** Closes the files of all snapshots. */
  @Override
  public synchronized void close() throws IOException {
    if (former != null) {
      former.close();
      former = null;
    }
    if (current != null) {
      current.close();
      current = null;
    }
  }
}
