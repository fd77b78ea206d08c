// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuickStartTest {

  @Test
  void theStoryHoldsWithProcesses() {
    String said = StoryOutput.of(new HelloProcess());

    assertThat(said.lines())
        .anyMatch(
            line -> line.matches(" +[0-9:.]+ +web\\.1\\.\\w+ +worker-\\d +starting -> running"))
        .contains(
            "   [ok] five nodes are ready",
            "   [ok] 3 tasks run, one in each slot",
            "   [ok] 5 tasks run, one in each slot",
            "   [ok] worker-1 runs none, worker-2 all",
            "   [ok] the old task failed: task: non-zero exit (137)",
            "   [ok] the same five tasks run as before",
            "   [ok] no task is left",
            "   [ok] no port is left open",
            "   [ok] no thread is left",
            "   [ok] no temporary directory is left");
  }

  @Test
  void aClaimThatDoesNotHoldEndsTheStory() {
    Checks check = new Checks(new Narrator(new PrintStream(new ByteArrayOutputStream())));

    check.that(true, "water is wet");
    check.none(List.of(), "nothing is left");

    assertThatThrownBy(() -> check.that(false, "fire is cold"))
        .isInstanceOf(CheckFailed.class)
        .hasMessage("not true: fire is cold");
    assertThatThrownBy(() -> check.none(List.of("process 7"), "nothing is left"))
        .hasMessage("not true: nothing is left, but found: [process 7]");
  }

  @Test
  void waitingForWhatNeverComesSaysWhatItWas() {
    TaskBoard board = new TaskBoard(new Narrator(new PrintStream(new ByteArrayOutputStream())));

    assertThatThrownBy(() -> board.await("a task runs", Duration.ZERO, tasks -> !tasks.isEmpty()))
        .isInstanceOf(CheckFailed.class)
        .hasMessage("a task runs: not within 0 s");
  }
}
