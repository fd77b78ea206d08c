// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Text form of keys and certificates (RFC 7468). Bad text is an {@link IllegalArgumentException}.
 */
final class Pem {
  static final String CERTIFICATE = "CERTIFICATE";
  static final String KEY = "PRIVATE KEY";
  static final String REQUEST = "CERTIFICATE REQUEST";

  /** Takes time in proportion to the text, whatever it is: it may be anybody's. */
  private static final Pattern BLOCK =
      Pattern.compile("-----BEGIN ([A-Z ]++)-----\\s([A-Za-z0-9+/=\\s]++)-----END \\1-----");

  private static final Base64.Encoder ENCODER =
      Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII));

  private Pem() {}

  static String encode(String type, byte[] der) {
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n"
        .formatted(type, ENCODER.encodeToString(der), type);
  }

  static String encode(X509Certificate certificate) {
    try {
      return encode(CERTIFICATE, certificate.getEncoded());
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  static String encode(List<X509Certificate> chain) {
    StringBuilder text = new StringBuilder();
    chain.forEach(certificate -> text.append(encode(certificate)));
    return text.toString();
  }

  static String encode(PrivateKey key) {
    return encode(KEY, key.getEncoded());
  }

  /** The contents of all blocks of a type, in order. */
  static List<byte[]> decode(String type, String text) {
    List<byte[]> found = new ArrayList<>();
    Matcher matcher = BLOCK.matcher(text);
    while (matcher.find()) {
      if (matcher.group(1).equals(type)) {
        found.add(Base64.getMimeDecoder().decode(matcher.group(2)));
      }
    }
    return found;
  }

  static byte[] decodeOne(String type, String text) {
    List<byte[]> found = decode(type, text);
    if (found.size() != 1) {
      throw new IllegalArgumentException(
          "there has to be one block '" + type + "', not " + found.size());
    }
    return found.get(0);
  }

  static List<X509Certificate> certificates(String text) {
    List<X509Certificate> chain = new ArrayList<>();
    for (byte[] der : decode(CERTIFICATE, text)) {
      chain.add(certificate(der));
    }
    return chain;
  }

  private static X509Certificate certificate(byte[] der) {
    try {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(new ByteArrayInputStream(der));
    } catch (CertificateException e) {
      throw new IllegalArgumentException("not a certificate: " + e.getMessage(), e);
    }
  }

  static PrivateKey key(byte[] der) {
    try {
      return KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException e) {
      throw new IllegalArgumentException("not a private key of an elliptic curve", e);
    }
  }
}
