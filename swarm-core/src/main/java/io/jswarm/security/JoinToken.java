// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Cluster.JoinTokens;
import io.jswarm.model.NodeRole;
import io.jswarm.model.Payload;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What lets a node in, and tells it whom to trust (S11.2): {@code SWMTKN-1-<digest>-<secret>}, the
 * digest of the root certificate and 128 random bits, both in base 36. Immutable.
 */
public final class JoinToken {
  private static final int DIGEST = 50;
  private static final int SECRET = 25;
  private static final int SECRET_BYTES = 16;
  private static final int RADIX = 36;
  private static final Pattern FORM =
      Pattern.compile("SWMTKN-1-([0-9a-z]{" + DIGEST + "})-([0-9a-z]{" + SECRET + "})");

  private final String digest;
  private final String secret;

  private JoinToken(String digest, String secret) {
    this.digest = digest;
    this.secret = secret;
  }

  /** A new token of a cluster with that root. */
  public static JoinToken generate(X509Certificate root) {
    return new JoinToken(digestOf(root), base36(Keys.random(SECRET_BYTES), SECRET));
  }

  /** A token for each role. */
  public static JoinTokens pair(X509Certificate root) {
    return new JoinTokens(generate(root).text(), generate(root).text());
  }

  /**
   * Reads a token. What is wrong with it is told without repeating it.
   *
   * @throws InvalidSpecException when it has not the form of one
   */
  public static JoinToken parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (matcher.matches()) {
      return new JoinToken(matcher.group(1), matcher.group(2));
    }
    String why =
        text.startsWith("SWMTKN-2-")
            ? "is that of a FIPS cluster, which only FIPS nodes may join"
            : "has not the form SWMTKN-1-<" + DIGEST + " digits>-<" + SECRET + " digits>";
    throw new InvalidSpecException("join token", "token", why);
  }

  /** The digest of a root certificate, as tokens carry it. */
  public static String digestOf(X509Certificate root) {
    try {
      return base36(Keys.sha256(root.getEncoded()), DIGEST);
    } catch (CertificateEncodingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private static String base36(byte[] bytes, int digits) {
    String text = new BigInteger(1, bytes).toString(RADIX);
    return "0".repeat(digits - text.length()) + text;
  }

  /** Whether the token is of the cluster with that root (C11.2). */
  public boolean isOf(X509Certificate root) {
    return digest.equals(digestOf(root));
  }

  /** The same for a root as text (PEM); false for anything but one certificate. */
  public boolean isOf(Payload root) {
    try {
      List<X509Certificate> found = Pem.certificates(root.toUtf8());
      return found.size() == 1 && isOf(found.get(0));
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /**
   * The role a presented token gives: manager if it is the manager token, and so on; nothing if it
   * is none. Takes the same time whatever is presented.
   */
  public static Optional<NodeRole> roleOf(String presented, JoinTokens tokens) {
    boolean manager = equal(presented, tokens.manager());
    boolean worker = equal(presented, tokens.worker());
    if (manager) {
      return Optional.of(NodeRole.MANAGER);
    }
    return worker ? Optional.of(NodeRole.WORKER) : Optional.empty();
  }

  private static boolean equal(String presented, String token) {
    return MessageDigest.isEqual(
            presented.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8))
        && !token.isEmpty();
  }

  /** The token itself. Whoever has it can join. */
  public String text() {
    return "SWMTKN-1-" + digest + "-" + secret;
  }

  /** Without the secret. */
  @Override
  public String toString() {
    return "SWMTKN-1-" + digest + "-…";
  }
}
