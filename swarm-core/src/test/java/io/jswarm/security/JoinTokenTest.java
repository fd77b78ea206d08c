// SPDX-License-Identifier: Apache-2.0
package io.jswarm.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.InvalidSpecException;
import io.jswarm.model.Cluster.JoinTokens;
import io.jswarm.model.NodeRole;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
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
}
