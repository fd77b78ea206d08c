// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.FailedPreconditionException;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * The socket in a node's data directory. Whoever can open it can do anything to the cluster, so the
 * directory is its owner's only.
 */
final class ControlSocket {
  private static final String NAME = "control.sock";

  /** What the system allows, less the zero at the end. */
  private static final int MAX_PATH = 107;

  private static final Set<PosixFilePermission> OWNER_ENTERS =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> OWNER_OPENS =
      PosixFilePermissions.fromString("rw-------");

  private ControlSocket() {}

  /** The address of the socket; there need not be one. */
  static UnixDomainSocketAddress in(Path dataDir) {
    Path socket = dataDir.toAbsolutePath().normalize().resolve(NAME);
    int length = socket.toString().getBytes(StandardCharsets.UTF_8).length;
    if (length > MAX_PATH) {
      throw new FailedPreconditionException(
          "the path of the control socket, "
              + socket
              + ", has "
              + length
              + " bytes, and a socket's may have no more than "
              + MAX_PATH
              + "; choose a shorter --data-dir");
    }
    return UnixDomainSocketAddress.of(socket);
  }

  /** Makes the data directory, or checks that nobody but its owner can enter it. */
  static void prepare(Path dataDir) throws IOException {
    in(dataDir);
    if (!Files.exists(dataDir)) {
      Files.createDirectories(
          dataDir.toAbsolutePath(), PosixFilePermissions.asFileAttribute(OWNER_ENTERS));
    } else if (isEmpty(dataDir)) {
      Files.setPosixFilePermissions(dataDir, OWNER_ENTERS);
    }
    requireOwnersOnly(dataDir);
  }

  private static boolean isEmpty(Path dataDir) throws IOException {
    try (var files = Files.list(dataDir)) {
      return files.findAny().isEmpty();
    }
  }

  /** The directory, not the socket, is what keeps others away: not all systems ask the latter. */
  static void requireOwnersOnly(Path dataDir) throws IOException {
    Set<PosixFilePermission> present = Files.getPosixFilePermissions(dataDir);
    if (!OWNER_ENTERS.containsAll(present)) {
      throw new FailedPreconditionException(
          dataDir
              + " is open to others ("
              + PosixFilePermissions.toString(present)
              + "): chmod 700 it, or choose another --data-dir");
    }
    requireOwner(dataDir, System.getProperty("user.name"));
  }

  /** Whoever owns the directory can put another socket in the place of the node's. */
  static void requireOwner(Path dataDir, String user) throws IOException {
    String owner = Files.getOwner(dataDir).getName();
    boolean nameless = user.equals("?"); // a user the system has only a number for
    if (!nameless && !owner.equals(user)) {
      throw new FailedPreconditionException(
          dataDir + " belongs to " + owner + ", not to " + user + "; choose another --data-dir");
    }
  }

  /** Keeps the socket its owner's. */
  static void protect(UnixDomainSocketAddress socket) throws IOException {
    Files.setPosixFilePermissions(socket.getPath(), OWNER_OPENS);
  }
}
