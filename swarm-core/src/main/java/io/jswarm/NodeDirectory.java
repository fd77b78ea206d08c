// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.jswarm.loop.IdGenerator;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory: its identity, and a place for its parts. It belongs to one node at a
 * time. When the user names none it is a temporary one, made when something is to be put there.
 */
final class NodeDirectory implements Closeable {
  private static final String IDENTITY = "node-id";
  private static final String LOCK = "lock";

  private final boolean temporary;
  private final @Nullable FileChannel lock;
  private @Nullable Path root;
  private boolean kept;
  private final List<String> forgotten = new ArrayList<>();

  private NodeDirectory(@Nullable Path root, @Nullable FileChannel lock) {
    this.root = root;
    this.lock = lock;
    this.temporary = root == null;
  }

  /**
   * Takes the directory, or a temporary one.
   *
   * @throws FailedPreconditionException when it cannot be made, or another node has it
   */
  static NodeDirectory open(@Nullable Path dataDir) {
    if (dataDir == null) {
      return new NodeDirectory(null, null);
    }
    try {
      Path root = Files.createDirectories(dataDir);
      return new NodeDirectory(root, lock(root));
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "the data directory " + dataDir + " cannot be used: " + e, e);
    }
  }

  private static FileChannel lock(Path root) throws IOException {
    FileChannel channel =
        FileChannel.open(root.resolve(LOCK), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    boolean locked = false;
    try {
      locked = channel.tryLock() != null;
    } catch (OverlappingFileLockException e) {
      // Held by another node of this process.
    } finally {
      if (!locked) {
        channel.close();
      }
    }
    if (!locked) {
      throw new FailedPreconditionException(
          "the data directory " + root + " is in use by another node; give each node its own");
    }
    return channel;
  }

  /** Names the process too, so that what a crash left behind can be told from what is in use. */
  static String temporaryPrefix() {
    return "jswarm-node-" + ProcessHandle.current().pid() + "-";
  }

  /** Where a part keeps its files; not made yet. */
  Path path(String part) {
    try {
      if (root == null) {
        root = Files.createTempDirectory(temporaryPrefix());
      }
      return root.resolve(part);
    } catch (IOException e) {
      throw new FailedPreconditionException("no temporary directory can be made: " + e, e);
    }
  }

  /**
   * Puts a part's files where nobody looks for them, to be examined by people.
   *
   * @throws FailedPreconditionException when that cannot be done
   */
  void moveAside(String part) {
    Path from = path(part);
    if (!Files.exists(from)) {
      return;
    }
    int number = 1;
    Path to = path(part + ".old-" + number);
    while (Files.exists(to)) {
      to = path(part + ".old-" + ++number);
    }
    try {
      Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new FailedPreconditionException(from + " cannot be moved to " + to + ": " + e, e);
    }
  }

  /** Removes a part's files now. */
  void delete(String part) {
    Path path = path(part);
    try {
      if (Files.exists(path)) {
        MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new FailedPreconditionException(path + " cannot be removed: " + e, e);
    }
  }

  /** The id of earlier starts, or a new one that later starts will find. */
  String identity(IdGenerator ids) {
    if (temporary) {
      return ids.next();
    }
    Path file = path(IDENTITY);
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      String id = ids.next();
      Path written = Files.writeString(path(IDENTITY + ".new"), id);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return id;
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "the node's identity in " + file + " cannot be kept: " + e, e);
    }
  }

  /** The node is none any more: its identity goes when this is closed, and these parts. */
  void forget(List<String> parts) {
    forgotten.add(IDENTITY);
    forgotten.addAll(parts);
  }

  /** Leaves even a temporary directory where it is. */
  void keep() {
    kept = true;
  }

  /** Gives the directory back; deletes a temporary one. */
  @Override
  public void close() {
    try {
      for (String part : forgotten) {
        Path path = path(part);
        if (Files.exists(path)) {
          MoreFiles.deleteRecursively(path, RecursiveDeleteOption.ALLOW_INSECURE);
        }
      }
      if (lock != null) {
        lock.close();
      }
      if (temporary && root != null && !kept) {
        MoreFiles.deleteRecursively(root, RecursiveDeleteOption.ALLOW_INSECURE);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("the directory " + root + " cannot be given back", e);
    }
  }
}
