// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import javax.crypto.KeyGenerator;

/** Key pairs on P-256 and secret bytes; all from the JDK's own generators. */
final class Keys {
  private static final int CURVE_BITS = 256;

  private Keys() {}

  static KeyPair generate() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no P-256", e);
    }
  }

  /** Whether it is of the one curve that is used here. */
  static boolean isOfOurCurve(PublicKey key) {
    if (!(key instanceof ECPublicKey point)) {
      return false;
    }
    return point.getParams().getOrder().equals(OurCurve.ORDER)
        && point.getParams().getCurve().getField().getFieldSize() == CURVE_BITS;
  }

  private static final class OurCurve {
    static final java.math.BigInteger ORDER =
        ((ECPublicKey) generate().getPublic()).getParams().getOrder();
  }

  /** Whether what the private key signs, the public key verifies. */
  static boolean fit(PrivateKey key, PublicKey other) {
    try {
      byte[] probe = random(16);
      Signature signing = Signature.getInstance("SHA256withECDSA");
      signing.initSign(key);
      signing.update(probe);
      byte[] signature = signing.sign();
      signing.initVerify(other);
      signing.update(probe);
      return signing.verify(signature);
    } catch (GeneralSecurityException e) {
      return false;
    }
  }

  /** Secret bytes; 16 or 32. */
  static byte[] random(int bytes) {
    try {
      KeyGenerator generator = KeyGenerator.getInstance("AES");
      generator.init(bytes * Byte.SIZE);
      return generator.generateKey().getEncoded();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no AES", e);
    }
  }

  static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this JDK has no SHA-256", e);
    }
  }
}
