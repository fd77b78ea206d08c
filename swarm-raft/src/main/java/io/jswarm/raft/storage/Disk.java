// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/**
 * A flat directory that belongs to one manager. What its methods change in the directory (files
 * made, renamed, deleted) survives a power cut only after {@link #sync()}, what is written into a
 * file only after {@link DiskFile#sync()}. Any thread; changes of one name must not race.
 */
public interface Disk extends Closeable {
  /** The names of the files, sorted. */
  List<String> list() throws IOException;

  /**
   * Opens a file for reading and writing, and makes an empty one if there is none.
   *
   * @throws DiskFullException when there is no space for another file
   */
  DiskFile open(String name) throws IOException;

  /** Whether there is a file of that name. */
  boolean exists(String name) throws IOException;

  /** Gives a file another name, in one step, and replaces the file that has it. */
  void rename(String from, String to) throws IOException;

  /** Deletes a file, if it is there. Those who have it open can go on reading. */
  void delete(String name) throws IOException;

  /** Returns when every change of the directory survives a power cut. */
  void sync() throws IOException;

  /** Bytes that can still be allocated; an estimate. */
  long usableSpace() throws IOException;

  /** Gives the directory back. Files opened from it stay open. */
  @Override
  void close() throws IOException;

  /**
   * A directory of the file system, readable by its owner only, made if it is not there.
   *
   * @throws io.jswarm.FailedPreconditionException when another manager has it, in this process or
   *     in another
   */
  static Disk directory(Path path) throws IOException {
    return DirectoryDisk.open(path);
  }
}
