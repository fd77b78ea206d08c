// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.InvalidSpecException;
import io.jswarm.PermissionDeniedException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * What opens the keys on a manager's disk when managers are locked (S10.3, S11): {@code SWMKEY-1-}
 * and 43 characters of base 64. Immutable.
 */
public final class UnlockKey {
  private static final String PREFIX = "SWMKEY-1-";
  private static final int BYTES = 32;
  private static final int NONCE = 12;
  private static final int TAG_BITS = 128;

  private final byte[] key;

  private UnlockKey(byte[] key) {
    this.key = key;
  }

  /** A new key. */
  public static UnlockKey generate() {
    return new UnlockKey(Keys.random(BYTES));
  }

  /**
   * Reads a key.
   *
   * @throws InvalidSpecException when it has not the form of one; does not repeat it
   */
  public static UnlockKey parse(String text) {
    String stripped = text.strip();
    try {
      if (stripped.startsWith(PREFIX)) {
        UnlockKey key =
            new UnlockKey(Base64.getDecoder().decode(stripped.substring(PREFIX.length())));
        if (key.key.length == BYTES && key.text().equals(stripped)) {
          return key;
        }
      }
    } catch (IllegalArgumentException e) {
      // Told below.
    }
    throw new InvalidSpecException(
        "unlock key", "key", "has not the form " + PREFIX + "<43 characters of base 64>");
  }

  /** The key itself. */
  public String text() {
    return PREFIX + Base64.getEncoder().withoutPadding().encodeToString(key);
  }

  /** The 32 bytes; the caller's to keep. */
  public byte[] bytes() {
    return key.clone();
  }

  /** Locks something away. */
  byte[] seal(byte[] open, String what) {
    byte[] nonce = Arrays.copyOf(Keys.random(16), NONCE);
    try {
      byte[] sealed = cipher(Cipher.ENCRYPT_MODE, nonce, what).doFinal(open);
      return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Opens what {@link #seal} locked.
   *
   * @throws PermissionDeniedException when it was another key
   */
  byte[] open(byte[] sealed, String what) {
    try {
      byte[] nonce = Arrays.copyOf(sealed, NONCE);
      return cipher(Cipher.DECRYPT_MODE, nonce, what).doFinal(sealed, NONCE, sealed.length - NONCE);
    } catch (GeneralSecurityException | IllegalArgumentException e) {
      throw new PermissionDeniedException("the unlock key does not open " + what);
    }
  }

  private Cipher cipher(int mode, byte[] nonce, String what) throws GeneralSecurityException {
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
    cipher.init(mode, new SecretKeySpec(key, "AES"), new GCMParameterSpec(TAG_BITS, nonce));
    cipher.updateAAD(what.getBytes(StandardCharsets.UTF_8));
    return cipher;
  }

  /** Hidden. */
  @Override
  public String toString() {
    return PREFIX + "…";
  }
}
