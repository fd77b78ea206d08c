// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.chaos;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.raft.chaos.Nemesis.Fault;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Real processes under faults: some minutes here, {@code -Dchaos.minutes} for more. */
class ChaosIT {
  @Test
  @Timeout(value = 80, unit = TimeUnit.HOURS)
  void nothingAcknowledgedIsLostAndAllManagersAgree() {
    ChaosRunner.Settings settings = ChaosRunner.Settings.fromProperties();
    ChaosRunner.Result result = ChaosRunner.run(settings);
    assertThat(result.problems()).isEmpty();
    assertThat(result.rounds()).isPositive();
  }

  @Test
  void aLogThatForgetsWhatItAcknowledgedIsFoundOut() {
    ChaosRunner.Result result =
        ChaosRunner.run(memory(Duration.ofSeconds(20), List.of(Fault.KILL_LEADER)));
    assertThat(result.problems()).anyMatch(problem -> problem.startsWith("lost: "));
    assertThat(result.problems()).anyMatch(problem -> problem.contains("and now has"));
    Fleet.delete(result.directory());
  }

  @Test
  void aLogThatDoesNothingWrongIsNotBlamed() {
    ChaosRunner.Result result =
        ChaosRunner.run(
            memory(Duration.ofSeconds(12), List.of(Fault.NOTHING, Fault.FREEZE_LEADER)));
    assertThat(result.problems()).isEmpty();
  }

  private static ChaosRunner.Settings memory(Duration length, List<Fault> faults) {
    return ChaosRunner.Settings.fromProperties().with(length, List.of(1), faults, "memory");
  }
}
