// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

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
 * There may be several keys; the current one seals. A key's id is the begin of its SHA-256, and the
 * checksum is the CRC32C of all lines before it.
 */
record KeyFile(int current, Map<Integer, SecretKey> keys) {
  private static final String VERSION = "jswarm-keys 1";

  static KeyFile open(Path path) throws IOException {
    if (Files.exists(path)) {
      // Who made it may have been killed before this.
      DirectoryDisk.sync(directoryOf(path));
    } else {
      create(path);
    }
    try {
      return parse(Files.readAllLines(path, StandardCharsets.US_ASCII));
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

  private static KeyFile parse(List<String> lines) {
    int end = lines.size() - 1;
    if (end < 2 || !lines.get(0).equals(VERSION)) {
      throw new IllegalArgumentException("it does not begin with '" + VERSION + "'");
    }
    String body = String.join("\n", lines.subList(0, end)) + "\n";
    if (!lines.get(end).equals(checksum(body))) {
      throw new IllegalArgumentException("its checksum is wrong");
    }
    Map<Integer, SecretKey> keys = new TreeMap<>();
    for (String line : lines.subList(2, end)) {
      String[] words = words("key", line, 3);
      SecretKey key = new SecretKeySpec(Base64.getDecoder().decode(words[2]), "AES");
      if (key.getEncoded().length != Seal.KEY_BYTES || idOf(key) != id(words[1])) {
        throw new IllegalArgumentException("key " + words[1] + " is another one");
      }
      keys.put(idOf(key), key);
    }
    int current = id(words("current", lines.get(1), 2)[1]);
    if (!keys.containsKey(current)) {
      throw new IllegalArgumentException("it has no key " + Seal.name(current));
    }
    return new KeyFile(current, keys);
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

  private static void create(Path path) throws IOException {
    SecretKey key = Seal.newKey();
    String id = Seal.name(idOf(key));
    String encoded = Base64.getEncoder().encodeToString(key.getEncoded());
    String body = VERSION + "\ncurrent " + id + "\nkey " + id + " " + encoded + "\n";
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
