// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts what goes to disk, by AES-256-GCM under a data key. Sealed bytes begin with the id of
 * their key, then come the nonce, the cipher text and the tag. Nonces are random, so one key is
 * good for some 2^32 seals. Thread-safe.
 */
public final class Seal {
  static final int KEY_BYTES = 32;

  private static final int NONCE_BYTES = 12;
  private static final int TAG_BYTES = 16;
  private static final int PREFIX = Integer.BYTES + NONCE_BYTES;
  private static final String ALGORITHM = "AES";

  /**
   * The JVM's fast code for this takes the place of a call, once there were enough of them: a
   * megabyte in one go would take twenty times as long.
   */
  private static final int PIECE = 1 << 10;

  /** Making one takes ten times as long as using it. */
  private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(Seal::newCipher);

  private final @Nullable Path path;
  private volatile KeyFile file;

  private Seal(@Nullable Path path, KeyFile file) {
    this.path = path;
    this.file = file;
  }

  /** The same for a file that is not locked. */
  public static Seal open(Path keyFile) throws IOException {
    return open(keyFile, null);
  }

  /**
   * The seal of a key file, which is made with a new key if there is none.
   *
   * @param unlockKey opens the file if it is locked
   * @throws UntrustedLogException when the file is damaged
   * @throws io.jswarm.FailedPreconditionException when it is locked and there is no unlock key
   * @throws io.jswarm.PermissionDeniedException when the unlock key is not the right one
   */
  public static Seal open(Path keyFile, @Nullable SecretKey unlockKey) throws IOException {
    return new Seal(keyFile, KeyFile.open(keyFile, unlockKey));
  }

  /**
   * Locks the key file under another unlock key, or opens it for good; durable on return. What was
   * open until then may have been read: from now on another key seals, and the old one only opens
   * what it sealed. Blocks; one call at a time.
   */
  public void lock(@Nullable SecretKey unlockKey) throws IOException {
    Path where = path;
    if (where == null) {
      return;
    }
    KeyFile before = file;
    KeyFile next = new KeyFile(before.current(), before.keys(), unlockKey != null);
    if (unlockKey != null && !before.isLocked()) {
      SecretKey fresh = newKey();
      Map<Integer, SecretKey> keys = new TreeMap<>(before.keys());
      keys.put(KeyFile.idOf(fresh), fresh);
      next = new KeyFile(KeyFile.idOf(fresh), keys, true);
    }
    next.write(where, unlockKey);
    file = next; // not before it is durable: nothing is sealed by a key that could be lost
  }

  /** A seal by one known key of 32 bytes; for tests. */
  public static Seal withKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + key.length);
    }
    SecretKey secret = new SecretKeySpec(key, ALGORITHM);
    int id = KeyFile.idOf(secret);
    return new Seal(null, new KeyFile(id, Map.of(id, secret), false));
  }

  private static Cipher newCipher() {
    try {
      return Cipher.getInstance("AES/GCM/NoPadding");
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  static SecretKey newKey() {
    try {
      KeyGenerator generator = KeyGenerator.getInstance(ALGORITHM);
      generator.init(KEY_BYTES * Byte.SIZE);
      return generator.generateKey();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** A number that no other call returns. */
  static long newId() {
    return ByteBuffer.wrap(newKey().getEncoded()).getLong();
  }

  /** Bytes that {@link #seal} adds. */
  public int overhead() {
    return PREFIX + TAG_BYTES;
  }

  /** The id of the key that seals; derived from the key. */
  public int keyId() {
    return file.current();
  }

  /** Whether what was sealed by that key can be opened. */
  boolean holds(int keyId) {
    return file.keys().containsKey(keyId);
  }

  /** Seals a part of {@code plain}; whoever opens it must know the associated data. */
  public byte[] seal(byte[] plain, int offset, int length, byte[] associatedData) {
    KeyFile present = file;
    SecretKey key = present.keys().get(present.current());
    if (key == null) {
      throw new IllegalStateException("no key " + name(present.current()));
    }
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(Cipher.ENCRYPT_MODE, key);
      cipher.updateAAD(associatedData);
      byte[] sealed = new byte[overhead() + length];
      ByteBuffer.wrap(sealed).putInt(present.current()).put(cipher.getIV());
      int end = offset + length;
      int at = offset;
      int out = PREFIX;
      for (; end - at > PIECE; at += PIECE) {
        out += cipher.update(plain, at, PIECE, sealed, out);
      }
      cipher.doFinal(plain, at, end - at, sealed, out);
      return sealed;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("cannot encrypt", e);
    }
  }

  /**
   * The plain bytes of a part of {@code sealed}.
   *
   * @throws UntrustedLogException when it was sealed by a key that is not here, with other
   *     associated data, or changed since
   */
  public byte[] open(byte[] sealed, int offset, int length, byte[] associatedData) {
    if (length < overhead()) {
      throw new UntrustedLogException("sealed data is cut to " + length + " bytes");
    }
    int keyId = ByteBuffer.wrap(sealed, offset, length).getInt();
    SecretKey key = file.keys().get(keyId);
    if (key == null) {
      throw new UntrustedLogException(missing(keyId));
    }
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(
          Cipher.DECRYPT_MODE,
          key,
          new GCMParameterSpec(TAG_BYTES * Byte.SIZE, sealed, offset + Integer.BYTES, NONCE_BYTES));
      cipher.updateAAD(associatedData);
      return cipher.doFinal(sealed, offset + PREFIX, length - PREFIX);
    } catch (GeneralSecurityException e) {
      throw new UntrustedLogException("sealed data does not match its seal", e);
    }
  }

  /** What to say when {@link #holds} is false. */
  static String missing(int keyId) {
    return "sealed under the key " + name(keyId) + ", which is not in the key file";
  }

  static String name(int keyId) {
    return String.format("%08x", keyId);
  }
}
