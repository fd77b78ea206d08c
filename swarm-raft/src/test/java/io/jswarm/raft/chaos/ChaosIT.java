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
  /** For a mistake to show; it ends with the first round in which one does. */
  private static final Duration LONG_ENOUGH = Duration.ofSeconds(100);

  @Test
  @Timeout(value = 80, unit = TimeUnit.HOURS)
  void nothingAcknowledgedIsLostAndAllManagersAgree() {
    ChaosRunner.Settings settings = ChaosRunner.Settings.fromProperties();
    ChaosRunner.Result result = ChaosRunner.run(settings);
    assertThat(result.problems()).isEmpty();
    assertThat(result.rounds()).isPositive();
  }

  @Test
  void aLogThatKeepsNothingIsFoundOut() {
    assertThat(found("memory", 1, Fault.KILL_LEADER))
        .anyMatch(problem -> problem.startsWith("lost: "))
        .anyMatch(problem -> problem.contains("and now has"));
  }

  @Test
  void aLogThatDoesNothingWrongIsNotBlamed() {
    ChaosRunner.Settings settings = ChaosRunner.Settings.fromProperties();
    ChaosRunner.Result result =
        ChaosRunner.run(
            settings.with(
                Duration.ofSeconds(15),
                List.of(1),
                List.of(Fault.NOTHING, Fault.FREEZE_LEADER),
                "memory"));
    assertThat(result.problems()).isEmpty();
  }

  @Test
  void aLogThatAcknowledgesWhatOnlyTheLeaderHasIsFoundOut() {
    assertThat(found("plain:ACKNOWLEDGES_EARLY", 3, Fault.ISOLATE_LEADER))
        .anyMatch(problem -> problem.startsWith("lost: "));
  }

  @Test
  void aLogThatReadsWithoutAskingWhetherItLeadsIsFoundOut() {
    assertThat(found("plain:READS_UNASKED", 3, Fault.ISOLATE_LEADER))
        .anyMatch(problem -> problem.startsWith("out of time: "));
  }

  @Test
  void aLogThatTakesADamagedEndForItsOwnIsFoundOut() {
    assertThat(found("plain:TRUSTS_THE_TAIL", 3, Fault.CORRUPT_TAIL_OF_THE_ONLY_COPY))
        .anyMatch(problem -> problem.startsWith("lost: "));
  }

  private static List<String> found(String log, int managers, Fault... faults) {
    ChaosRunner.Settings settings = ChaosRunner.Settings.fromProperties();
    ChaosRunner.Result result =
        ChaosRunner.run(settings.with(LONG_ENOUGH, List.of(managers), List.of(faults), log));
    assertThat(result.problems()).isNotEmpty();
    Fleet.delete(result.directory());
    return result.problems();
  }
}
