// SPDX-License-Identifier: Apache-2.0
package io.jswarm.membership;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How many are let in, and how fast (CVE-2016-6595). */
class AdmissionLimitTest {
  private final AdmissionLimit limit = new AdmissionLimit();
  private long now = Long.MAX_VALUE - Duration.ofMinutes(5).toNanos();

  private int admitted(int attempts, Duration every, boolean valid) {
    int admitted = 0;
    for (int i = 0; i < attempts; i++) {
      now += every.toNanos();
      admitted += limit.admit(valid, now) ? 1 : 0;
    }
    return admitted;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBurstIsAdmittedAndNoMore(boolean valid) {
    assertThat(admitted(1_000, Duration.ZERO, valid)).isEqualTo(200);
  }

  /** Who is refused asks again: that must not keep everybody out for as long as many ask. */
  @ParameterizedTest
  @ValueSource(ints = {1, 3, 19})
  void cve_2016_6595_underConstantPressureFiftyASecondAreAdmitted(int everyMillis) {
    admitted(1_000, Duration.ZERO, true);

    Duration pressure = Duration.ofSeconds(10);
    int attempts = (int) (pressure.toMillis() / everyMillis);
    int admitted = admitted(attempts, Duration.ofMillis(everyMillis), true);

    assertThat(admitted).as("in ten seconds").isBetween(450, 501);
  }

  @Test
  void cve_2016_6595_guessesTakeNothingFromThoseWithAToken() {
    admitted(100_000, Duration.ofNanos(1_000), false);

    assertThat(admitted(200, Duration.ZERO, true)).isEqualTo(200);
  }

  @Test
  void afterAPauseThereIsRoomForOneBurstAgainAndNotForTwo() {
    admitted(1_000, Duration.ZERO, true);

    now += Duration.ofMinutes(1).toNanos();

    assertThat(admitted(1_000, Duration.ZERO, true)).isEqualTo(200);
  }
}
