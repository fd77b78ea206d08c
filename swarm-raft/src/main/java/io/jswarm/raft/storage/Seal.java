// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import io.jswarm.spi.UntrustedLogException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.NoSuchAlgorithmException;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.KeyGenerator;
import javax.crypto.SecretKey;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

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

  /** Making one takes ten times as long as using it. */
  private static final ThreadLocal<Cipher> CIPHER = ThreadLocal.withInitial(Seal::newCipher);

  private final int current;
  private final Map<Integer, SecretKey> keys;

  private Seal(int current, Map<Integer, SecretKey> keys) {
    this.current = current;
    this.keys = keys;
  }

  /**
   * The seal of a key file, which is made with a new key if there is none.
   *
   * @throws UntrustedLogException when the file is damaged
   */
  public static Seal open(Path keyFile) throws IOException {
    KeyFile file = KeyFile.open(keyFile);
    return new Seal(file.current(), file.keys());
  }

  /** A seal by one known key of 32 bytes; for tests. */
  public static Seal withKey(byte[] key) {
    if (key.length != KEY_BYTES) {
      throw new IllegalArgumentException("a key has 32 bytes, not " + key.length);
    }
    SecretKey secret = new SecretKeySpec(key, ALGORITHM);
    int id = KeyFile.idOf(secret);
    return new Seal(id, Map.of(id, secret));
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
    return current;
  }

  /** Whether what was sealed by that key can be opened. */
  boolean holds(int keyId) {
    return keys.containsKey(keyId);
  }

  /** Seals a part of {@code plain}; whoever opens it must know the associated data. */
  public byte[] seal(byte[] plain, int offset, int length, byte[] associatedData) {
    SecretKey key = keys.get(current);
    if (key == null) {
      throw new IllegalStateException("no key " + name(current));
    }
    try {
      Cipher cipher = CIPHER.get();
      cipher.init(Cipher.ENCRYPT_MODE, key);
      cipher.updateAAD(associatedData);
      byte[] sealed = new byte[overhead() + length];
      ByteBuffer.wrap(sealed).putInt(current).put(cipher.getIV());
      cipher.doFinal(plain, offset, length, sealed, PREFIX);
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
    SecretKey key = keys.get(keyId);
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
