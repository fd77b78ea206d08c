// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import com.google.common.io.MoreFiles;
import com.google.common.io.RecursiveDeleteOption;
import io.jswarm.loop.IdGenerator;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;

/**
 * A node's data directory: its identity, and a place for its parts. Temporary when the user names
 * none.
 */
final class NodeDirectory implements AutoCloseable {
  private static final String IDENTITY = "node-id";

  private final Path root;
  private final boolean temporary;

  private NodeDirectory(Path root, boolean temporary) {
    this.root = root;
    this.temporary = temporary;
  }

  static NodeDirectory open(@Nullable Path dataDir) {
    try {
      return dataDir == null
          ? new NodeDirectory(Files.createTempDirectory("jswarm-node-"), true)
          : new NodeDirectory(Files.createDirectories(dataDir), false);
    } catch (IOException e) {
      throw new FailedPreconditionException(
          "the data directory " + dataDir + " cannot be created: " + e.getMessage(), e);
    }
  }

  Path path(String part) {
    return root.resolve(part);
  }

  /** The id of earlier starts, or a new one that later starts will find. */
  String identity(IdGenerator ids) {
    Path file = root.resolve(IDENTITY);
    try {
      if (Files.exists(file)) {
        return Files.readString(file).strip();
      }
      String id = ids.next();
      Path written = Files.writeString(root.resolve(IDENTITY + ".new"), id);
      Files.move(written, file, StandardCopyOption.ATOMIC_MOVE);
      return id;
    } catch (IOException e) {
      throw new UncheckedIOException("the node's identity in " + file + " cannot be kept", e);
    }
  }

  /** Deletes a temporary directory; leaves a user's alone. */
  @Override
  public void close() {
    if (!temporary) {
      return;
    }
    try {
      MoreFiles.deleteRecursively(root, RecursiveDeleteOption.ALLOW_INSECURE);
    } catch (IOException e) {
      throw new UncheckedIOException("the temporary directory " + root + " cannot be deleted", e);
    }
  }
}
