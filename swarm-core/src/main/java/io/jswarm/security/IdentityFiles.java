// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.FailedPreconditionException;
import io.jswarm.SwarmException;
import io.jswarm.model.Payload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A node's certificates on disk (S11.1). Key and certificate are in one file, which is replaced as
 * a whole: after a crash there is the old pair or the new one, never a mixture. Files belong to the
 * owner only. Blocks; one thread at a time.
 */
public final class IdentityFiles {
  private static final String NODE = "swarm-node.pem";
  private static final String ROOTS = "swarm-root-ca.crt";
  private static final String NEW_ROOT_KEY = "swarm-root-ca.key";
  private static final String LOCKED_KEY = "LOCKED PRIVATE KEY";

  private final Path directory;
  private @Nullable UnlockKey unlockKey;

  private IdentityFiles(Path directory, @Nullable UnlockKey unlockKey) {
    this.directory = directory;
    this.unlockKey = unlockKey;
  }

  /**
   * The files in a directory, which is made when something is saved.
   *
   * @param unlockKey opens the key if it is locked, and locks it from the next time it is saved;
   *     null = not locked
   */
  public static IdentityFiles in(Path directory, @Nullable UnlockKey unlockKey) {
    return new IdentityFiles(directory, unlockKey);
  }

  /**
   * The identity, if there is one.
   *
   * @throws FailedPreconditionException when it is damaged, or locked and there is no unlock key
   * @throws io.jswarm.PermissionDeniedException when the unlock key is not the right one
   */
  public Optional<NodeIdentity> load() {
    String text = read(NODE);
    if (text == null) {
      return Optional.empty();
    }
    try {
      byte[] key;
      if (isLocked(text)) {
        key = requireUnlockKey().open(Pem.decodeOne(LOCKED_KEY, text), NODE);
      } else {
        key = Pem.decodeOne(Pem.KEY, text);
      }
      return Optional.of(NodeIdentity.of(Pem.key(key), text));
    } catch (IllegalArgumentException | io.jswarm.InvalidSpecException e) {
      throw new FailedPreconditionException(
          "the node's certificate in "
              + directory.resolve(NODE)
              + " is damaged: "
              + e.getMessage()
              + ". Restore the file, or remove the node from the cluster and join anew with an"
              + " empty data directory",
          e);
    }
  }

  /** Whether the key there needs an unlock key. */
  public boolean isLocked() {
    String text = read(NODE);
    return text != null && isLocked(text);
  }

  private static boolean isLocked(String text) {
    return text.contains("BEGIN " + LOCKED_KEY);
  }

  private UnlockKey requireUnlockKey() {
    if (unlockKey == null) {
      throw new FailedPreconditionException(
          "this manager is locked and needs the unlock key; start it with unlockKey(…)");
    }
    return unlockKey;
  }

  /**
   * The roots to trust, PEM; empty if there are none.
   *
   * @throws FailedPreconditionException when they are damaged
   */
  public Payload roots() {
    String text = read(ROOTS);
    if (text == null) {
      return Payload.EMPTY;
    }
    try {
      if (Pem.certificates(text).isEmpty()) {
        throw new IllegalArgumentException("there is no certificate in it");
      }
      return Payload.of(text);
    } catch (IllegalArgumentException e) {
      throw new FailedPreconditionException(
          "the cluster's root certificate in "
              + directory.resolve(ROOTS)
              + " is damaged: "
              + e.getMessage()
              + ". Restore the file; any other node of the cluster has the same one",
          e);
    }
  }

  /** Replaces the roots to trust; durable on return. */
  public void saveRoots(Payload pem) {
    write(ROOTS, pem.toUtf8(), "rw-r--r--");
  }

  /** Replaces the identity; durable on return. */
  public void save(NodeIdentity identity) {
    save(identity, unlockKey);
  }

  private void save(NodeIdentity identity, @Nullable UnlockKey lock) {
    String key =
        lock == null
            ? Pem.encode(identity.key())
            : Pem.encode(LOCKED_KEY, lock.seal(identity.key().getEncoded(), NODE));
    write(NODE, key + identity.chainPem(), "rw-------");
  }

  /** What the key there is locked with, if it is. */
  public Optional<UnlockKey> unlockKey() {
    return isLocked() ? Optional.ofNullable(unlockKey) : Optional.empty();
  }

  /** Locks the key with another unlock key, or with none; durable on return, else unchanged. */
  public void lock(@Nullable UnlockKey next) {
    load().ifPresent(identity -> save(identity, next));
    unlockKey = next;
  }

  /** The key of a root that no cluster's store has yet, PEM; empty if there is none. */
  public Payload newRootKey() {
    String text = read(NEW_ROOT_KEY);
    return text == null ? Payload.EMPTY : Payload.of(text);
  }

  /** Keeps the key of a new root until the cluster's store has it. */
  public void saveNewRootKey(Payload pem) {
    write(NEW_ROOT_KEY, pem.toUtf8(), "rw-------");
  }

  /** The cluster's store has it. */
  public void forgetNewRootKey() {
    try {
      Files.deleteIfExists(directory.resolve(NEW_ROOT_KEY));
    } catch (IOException e) {
      throw failed(NEW_ROOT_KEY, e);
    }
  }

  private @Nullable String read(String name) {
    Path file = directory.resolve(name);
    try {
      return Files.exists(file) ? Files.readString(file, StandardCharsets.US_ASCII) : null;
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  /** Beside it, synced, renamed. */
  private void write(String name, String text, String permissions) {
    Path file = directory.resolve(name);
    Path beside = directory.resolve(name + ".new");
    try {
      makeDirectory();
      Files.deleteIfExists(beside);
      try (FileChannel channel =
          FileChannel.open(
              beside,
              Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
              ownerOnly(permissions))) {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
      for (Path made : List.of(directory, directory.toAbsolutePath().getParent())) {
        try (FileChannel channel = FileChannel.open(made, StandardOpenOption.READ)) {
          channel.force(true);
        }
      }
    } catch (IOException e) {
      throw failed(name, e);
    }
  }

  /** Also takes a directory that somebody made for us away from everybody else. */
  private void makeDirectory() throws IOException {
    Files.createDirectories(directory, ownerOnly("rwx------"));
    if (hasPermissions()) {
      Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }
  }

  private boolean hasPermissions() {
    return directory.getFileSystem().supportedFileAttributeViews().contains("posix");
  }

  private FileAttribute<?>[] ownerOnly(String permissions) {
    if (!hasPermissions()) {
      return new FileAttribute<?>[0];
    }
    return new FileAttribute<?>[] {
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(permissions))
    };
  }

  private SwarmException failed(String name, IOException cause) {
    return new FailedPreconditionException(
        directory.resolve(name) + " cannot be used: " + cause, cause);
  }
}
