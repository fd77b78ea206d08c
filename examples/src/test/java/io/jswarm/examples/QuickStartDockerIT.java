// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.testing.RequiresDocker;
import org.junit.jupiter.api.Test;

@RequiresDocker
class QuickStartDockerIT {

  @Test
  void theStoryHoldsWithContainers() {
    String said = StoryOutput.of(new HelloContainer());

    assertThat(said.lines())
        .contains(
            "   [ok] 5 tasks run, one in each slot",
            "   [ok] worker-1 runs none, worker-2 all",
            "   [ok] the old task failed: task: non-zero exit (137)",
            "   [ok] no task is left",
            "   [ok] no thread is left");
  }
}
