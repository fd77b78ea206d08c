// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.FailedPreconditionException;
import io.jswarm.PermissionDeniedException;
import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * The keys of a {@link Seal} as text, one thing a line:
 *
 * <pre>
 * jswarm-keys 1
 * current 1f00a3c4
 * key 1f00a3c4 (base64 of 32 bytes)
 * checksum 8c2d11e0
 * </pre>
 *
 * In a locked file (S10.3) the word {@code locked} stands for {@code key}, before the same sealed
 * under the unlock key. There may be several keys; the current one seals. A key's id is the begin
 * of its SHA-256, and the checksum is the CRC32C of all lines before it.
 */
record KeyFile(int current, Map<Integer, SecretKey> keys, boolean isLocked) {
  private static final String VERSION = "jswarm-keys 1";
  private static final String KEY = "key";
  private static final String LOCKED = "locked";

  /**
   * The keys in a file; one with a new key is made if there is none.
   *
   * @throws FailedPreconditionException when the file is locked and there is no unlock key
   * @throws PermissionDeniedException when the unlock key is not the right one
   */
  static KeyFile open(Path path, @Nullable SecretKey unlockKey) throws IOException {
    if (Files.exists(path)) {
      // Who made it may have been killed before this.
      DirectoryDisk.sync(directoryOf(path));
    } else {
      SecretKey key = Seal.newKey();
      new KeyFile(idOf(key), Map.of(idOf(key), key), false).write(path, null);
    }
    try {
      return parse(Files.readAllLines(path, StandardCharsets.US_ASCII), unlockKey);
    } catch (IllegalArgumentException | CharacterCodingException e) {
      throw new UntrustedLogException(
          "the key file " + path + " is damaged; restore it from a backup: " + e.getMessage(), e);
    }
  }

  static int idOf(SecretKey key) {
    try {
      return ByteBuffer.wrap(MessageDigest.getInstance("SHA-256").digest(key.getEncoded()))
          .getInt();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyFile parse(List<String> lines, @Nullable SecretKey unlockKey) {
    int end = lines.size() - 1;
    if (end < 2 || !lines.get(0).equals(VERSION)) {
      throw new IllegalArgumentException("it does not begin with '" + VERSION + "'");
    }
    String body = String.join("\n", lines.subList(0, end)) + "\n";
    if (!lines.get(end).equals(checksum(body))) {
      throw new IllegalArgumentException("its checksum is wrong");
    }
    Map<Integer, SecretKey> keys = new TreeMap<>();
    boolean locked = lines.get(2).startsWith(LOCKED);
    for (String line : lines.subList(2, end)) {
      String[] words = words(locked ? LOCKED : KEY, line, 3);
      byte[] bytes = Base64.getDecoder().decode(words[2]);
      SecretKey key = new SecretKeySpec(locked ? unlock(bytes, words[1], unlockKey) : bytes, "AES");
      if (key.getEncoded().length != Seal.KEY_BYTES || idOf(key) != id(words[1])) {
        throw new IllegalArgumentException("key " + words[1] + " is another one");
      }
      keys.put(idOf(key), key);
    }
    int current = id(words("current", lines.get(1), 2)[1]);
    if (!keys.containsKey(current)) {
      throw new IllegalArgumentException("it has no key " + Seal.name(current));
    }
    return new KeyFile(current, keys, locked);
  }

  private static byte[] unlock(byte[] sealed, String id, @Nullable SecretKey unlockKey) {
    if (unlockKey == null) {
      throw new FailedPreconditionException(
          "this manager is locked and needs the unlock key; start it with unlockKey(…)");
    }
    try {
      byte[] associatedData = id.getBytes(StandardCharsets.US_ASCII);
      return Seal.withKey(unlockKey.getEncoded()).open(sealed, 0, sealed.length, associatedData);
    } catch (UntrustedLogException e) {
      throw new PermissionDeniedException("the unlock key does not open this manager's log");
    }
  }

  private static String line(SecretKey key, @Nullable SecretKey unlockKey) {
    String id = Seal.name(idOf(key));
    byte[] bytes = key.getEncoded();
    byte[] written = bytes;
    if (unlockKey != null) {
      byte[] associatedData = id.getBytes(StandardCharsets.US_ASCII);
      written = Seal.withKey(unlockKey.getEncoded()).seal(bytes, 0, bytes.length, associatedData);
    }
    String kind = unlockKey == null ? KEY : LOCKED;
    return kind + " " + id + " " + Base64.getEncoder().encodeToString(written) + "\n";
  }

  private static String[] words(String first, String line, int count) {
    String[] words = line.split(" ", -1);
    if (words.length != count || !words[0].equals(first)) {
      throw new IllegalArgumentException("a line should begin with '" + first + "'");
    }
    return words;
  }

  private static int id(String hex) {
    return HexFormat.fromHexDigits(hex);
  }

  private static String checksum(String body) {
    byte[] bytes = body.getBytes(StandardCharsets.US_ASCII);
    return "checksum " + Seal.name(Checksum.of(bytes, 0, bytes.length));
  }

  /** Replaces the file in one step, locked under the unlock key if there is one; durable. */
  void write(Path path, @Nullable SecretKey unlockKey) throws IOException {
    StringBuilder lines = new StringBuilder(VERSION + "\ncurrent " + Seal.name(current) + "\n");
    keys.values().forEach(key -> lines.append(line(key, unlockKey)));
    String body = lines.toString();
    Path directory = directoryOf(path);
    DirectoryDisk.makeDirectory(directory);
    Path written = directory.resolve(path.getFileName() + ".tmp");
    Files.deleteIfExists(written);
    try (FileChannel channel =
        FileChannel.open(
            written,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            DirectoryDisk.ownerOnly(path, "rw-------"))) {
      ByteBuffer text =
          ByteBuffer.wrap((body + checksum(body) + "\n").getBytes(StandardCharsets.US_ASCII));
      while (text.hasRemaining()) {
        channel.write(text);
      }
      channel.force(true);
    }
    Files.move(written, path, StandardCopyOption.ATOMIC_MOVE);
    DirectoryDisk.sync(directory);
  }

  private static Path directoryOf(Path path) {
    return Objects.requireNonNull(path.toAbsolutePath().getParent());
  }
}
