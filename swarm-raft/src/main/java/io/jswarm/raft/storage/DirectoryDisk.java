// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.FailedPreconditionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * The directory of the file system behind {@link Disk#directory}. A thread that is interrupted
 * while it uses a file closes it.
 */
final class DirectoryDisk implements Disk {
  private static final String LOCK = "lock";
  private static final Set<StandardOpenOption> READ_WRITE =
      Set.of(StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);

  /**
   * Those of this process. The lock file does not tell: when a process closes it, also after it was
   * opened a second time in vain, all its locks on it are gone.
   */
  private static final Set<Path> HELD = ConcurrentHashMap.newKeySet();

  private final Path directory;
  private final FileChannel lock;

  private DirectoryDisk(Path directory, FileChannel lock) {
    this.directory = directory;
    this.lock = lock;
  }

  static DirectoryDisk open(Path path) throws IOException {
    makeDirectory(path);
    Path directory = path.toRealPath();
    if (!HELD.add(directory)) {
      throw inUse(directory);
    }
    try {
      return new DirectoryDisk(directory, lock(directory));
    } catch (IOException | RuntimeException e) {
      HELD.remove(directory);
      throw e;
    }
  }

  private static FileChannel lock(Path directory) throws IOException {
    Path file = directory.resolve(LOCK);
    FileChannel channel = FileChannel.open(file, READ_WRITE, ownerOnly(file, "rw-------"));
    if (channel.tryLock() == null) {
      channel.close();
      throw inUse(directory);
    }
    return channel;
  }

  private static FailedPreconditionException inUse(Path directory) {
    return new FailedPreconditionException(
        "the directory " + directory + " is in use by another manager; give each manager its own");
  }

  /**
   * Makes a directory, and those above it, such that a power cut leaves them. Also when they are
   * there: who made them may have been killed before they were synced.
   */
  static void makeDirectory(Path path) throws IOException {
    Files.createDirectories(path, ownerOnly(path, "rwx------"));
    Path above = path.toAbsolutePath().getParent();
    while (above != null && Files.isReadable(above)) {
      sync(above);
      above = above.getParent();
    }
  }

  /** The attributes of a new file, where the file system has owners. */
  static FileAttribute<?>[] ownerOnly(Path path, String permissions) {
    if (!path.getFileSystem().supportedFileAttributeViews().contains("posix")) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  /** Makes the changes of a directory durable. */
  static void sync(Path directory) throws IOException {
    try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public List<String> list() throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files
          .map(file -> file.getFileName().toString())
          .filter(name -> !name.equals(LOCK))
          .sorted()
          .toList();
    }
  }

  @Override
  public DiskFile open(String name) throws IOException {
    Path file = directory.resolve(name);
    try {
      return new ChannelFile(
          file, FileChannel.open(file, READ_WRITE, ownerOnly(file, "rw-------")));
    } catch (IOException e) {
      throw explained(e, file);
    }
  }

  @Override
  public boolean exists(String name) {
    return Files.exists(directory.resolve(name));
  }

  @Override
  public void rename(String from, String to) throws IOException {
    Files.move(directory.resolve(from), directory.resolve(to), StandardCopyOption.ATOMIC_MOVE);
  }

  @Override
  public void delete(String name) throws IOException {
    Files.deleteIfExists(directory.resolve(name));
  }

  @Override
  public void sync() throws IOException {
    sync(directory);
  }

  @Override
  public long usableSpace() throws IOException {
    return Files.getFileStore(directory).getUsableSpace();
  }

  @Override
  public void close() throws IOException {
    lock.close();
    HELD.remove(directory);
  }

  @Override
  public String toString() {
    return directory.toString();
  }

  /** Java has no type for this failure; these are the words of Linux, and of Windows. */
  private static IOException explained(IOException failure, Path file) {
    String message = String.valueOf(failure.getMessage());
    boolean full =
        Stream.of("No space left on device", "Disk quota exceeded", "not enough space on the disk")
            .anyMatch(message::contains);
    return full ? new DiskFullException("no space for " + file, failure) : failure;
  }

  private record ChannelFile(Path path, FileChannel channel) implements DiskFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(long position, ByteBuffer into) throws IOException {
      return channel.read(into, position);
    }

    @Override
    public void write(long position, ByteBuffer from) throws IOException {
      try {
        long next = position;
        while (from.hasRemaining()) {
          next += channel.write(from, next);
        }
      } catch (IOException e) {
        throw explained(e, path);
      }
    }

    @Override
    public void sync() throws IOException {
      try {
        channel.force(false);
      } catch (IOException e) {
        throw explained(e, path);
      }
    }

    @Override
    public void resize(long size) throws IOException {
      if (size < channel.size()) {
        channel.truncate(size);
      } else if (size > channel.size()) {
        write(size - 1, ByteBuffer.wrap(new byte[1]));
      }
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
