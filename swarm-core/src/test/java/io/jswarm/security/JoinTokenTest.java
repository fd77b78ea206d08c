// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Cluster.JoinTokens;
import io.jswarm.model.NodeRole;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class JoinTokenTest {
  private static final String DIGEST = "0".repeat(49) + "1";
  private static final String SECRET = "0".repeat(24) + "z";

  private final RootAuthority root = RootAuthority.create(Instant.now());

  @Test
  void aTokenHasTheFormOfTheOriginals() {
    for (int i = 0; i < 200; i++) {
      assertThat(JoinToken.generate(root.certificate()).text())
          .matches("SWMTKN-1-[0-9a-z]{50}-[0-9a-z]{25}");
    }
  }

  @Test
  void whatIsReadIsWhatWasWritten() {
    String text = "SWMTKN-1-" + DIGEST + "-" + SECRET;

    assertThat(JoinToken.parse(text + "\n").text()).isEqualTo(text);
  }

  @Test
  void c11_2_aTokenKnowsItsRootOnly() {
    JoinToken token = JoinToken.generate(root.certificate());
    RootAuthority other = RootAuthority.create(Instant.now());

    assertThat(token.isOf(root.certificatePem())).isTrue();
    assertThat(token.isOf(other.certificatePem())).isFalse();
    assertThat(token.isOf(io.jswarm.model.Payload.of("no certificate"))).isFalse();
    assertThat(
            token.isOf(
                io.jswarm.model.Payload.of(
                    root.certificatePem().toUtf8() + other.certificatePem().toUtf8())))
        .as("a bundle proves nothing")
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "SWMTKN-1-", "SWMTKN-1-abc-topsecret", "SWMTKN-3-abc-topsecret"})
  void whatIsNoTokenIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageNotContaining("topsecret");
  }

  @Test
  void c11_14_aTokenOfAFipsClusterIsRefusedAsSuch() {
    assertThatThrownBy(() -> JoinToken.parse("SWMTKN-2-1-" + DIGEST + "-" + SECRET))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("FIPS");
  }

  @Test
  void theSecretIsNotInWhatIsLogged() {
    JoinToken token = JoinToken.parse("SWMTKN-1-" + DIGEST + "-" + SECRET);

    assertThat(token.toString()).contains(DIGEST).doesNotContain(SECRET);
  }

  @Test
  void c11_1_theSecretDecidesTheRole() {
    JoinTokens tokens = JoinToken.pair(root.certificate());

    assertThat(JoinToken.roleOf(tokens.manager(), tokens)).contains(NodeRole.MANAGER);
    assertThat(JoinToken.roleOf(tokens.worker(), tokens)).contains(NodeRole.WORKER);
    assertThat(JoinToken.roleOf(tokens.worker() + "0", tokens)).isEmpty();
    assertThat(JoinToken.roleOf("", tokens)).isEmpty();
    assertThat(JoinToken.roleOf("", new JoinTokens("", ""))).as("no tokens, no entry").isEmpty();
  }

  /** SHA-256 fills 49.5 digits: every other digest needs a leading zero. */
  @Test
  void theDigestIsTheRootsSha256InBase36WithLeadingZeros() {
    boolean padded = false;
    for (int i = 0; i < 400 && !padded; i++) {
      RootAuthority any = RootAuthority.create(Instant.now());
      String digest = JoinToken.digestOf(any.certificate());
      padded = digest.startsWith("0");

      assertThat(digest).hasSize(50);
      assertThat(new BigInteger(digest, 36)).isEqualTo(sha256(any));
      assertThat(
              JoinToken.parse(JoinToken.generate(any.certificate()).text()).isOf(any.certificate()))
          .isTrue();
    }
    assertThat(padded).as("a digest with a leading zero was among them").isTrue();
  }

  private static BigInteger sha256(RootAuthority root) {
    byte[] der = Pem.decodeOne(Pem.CERTIFICATE, root.certificatePem().toUtf8());
    return new BigInteger(1, Keys.sha256(der));
  }

  static Stream<String> almostTokens() {
    String token = "SWMTKN-1-" + DIGEST + "-" + SECRET;
    return Stream.of(
        token + "0",
        token.substring(0, token.length() - 1),
        token.toUpperCase(Locale.ROOT),
        token.toLowerCase(Locale.ROOT),
        "SWMTKN-1-0" + DIGEST + "-" + SECRET,
        "SWMTKN-1-" + DIGEST.substring(1) + "-" + SECRET,
        "SWMTKN-1-" + DIGEST + "--" + SECRET,
        "SWMTKN-1-" + DIGEST + SECRET,
        "SWMTKN-1-" + DIGEST + "-" + SECRET.replace('z', 'ä'),
        "SWMTKN-1-" + DIGEST + "- " + SECRET,
        token + "\n" + token);
  }

  @ParameterizedTest
  @MethodSource("almostTokens")
  void whatIsAlmostATokenIsRefusedWithoutRepeatingIt(String text) {
    assertThatThrownBy(() -> JoinToken.parse(text))
        .isInstanceOf(InvalidSpecException.class)
        .hasMessageContaining("SWMTKN-1-<50 digits>-<25 digits>")
        .hasMessageNotContaining(SECRET);
  }

  @Test
  void noTwoTokensAreAlike() {
    JoinTokens tokens = JoinToken.pair(root.certificate());

    assertThat(tokens.manager()).isNotEqualTo(tokens.worker());
    assertThat(
            JoinToken.roleOf(tokens.manager(), new JoinTokens(tokens.manager(), tokens.manager())))
        .as("the manager's token comes first")
        .contains(NodeRole.MANAGER);
  }

  /** Whoever answers in place of the cluster must not keep a node that joins busy. */
  @Test
  void aHugeAnswerInPlaceOfARootIsRefusedAtOnce() {
    JoinToken token = JoinToken.generate(root.certificate());
    String blanks = "-----BEGIN CERTIFICATE-----" + " ".repeat(1 << 20);

    assertTimeoutPreemptively(
        Duration.ofSeconds(10),
        () -> assertThat(token.isOf(io.jswarm.model.Payload.of(blanks))).isFalse());
  }
}
