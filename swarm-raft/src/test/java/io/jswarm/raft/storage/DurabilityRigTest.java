// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.storage;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.RandomSource;
import io.jswarm.raft.storage.SimulatedDisk.Change;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Runs random workloads, and for each moment of each looks at several disks that a power cut may
 * have left then.
 */
class DurabilityRigTest {
  private static final int WORKLOADS = Integer.getInteger("rig.workloads", 40);
  private static final int STEPS = 150;
  private static final int CUTS = 3;

  private int images;

  @Test
  void whatWasPromisedSurvivesAPowerCutAtAnyMoment() throws IOException {
    for (long seed = 1; seed <= WORKLOADS; seed++) {
      examine(seed);
    }
    System.out.println(images + " disks");
    assertThat(images).isGreaterThan(20_000);
  }

  private void examine(long seed) throws IOException {
    Workload workload;
    try {
      workload = Workload.run(seed, STEPS);
    } catch (AssertionError | RuntimeException e) {
      throw new AssertionError("workload " + seed, e);
    }
    List<Change> history = workload.disk.history();
    SimulatedDisk replayed = new SimulatedDisk();
    for (int age = 0; age <= history.size(); age++) {
      for (int cut = 0; cut < CUTS; cut++) {
        try {
          examine(workload, replayed, age, RandomSource.seeded((seed << 32) + age * 100L + cut));
        } catch (AssertionError | RuntimeException e) {
          throw new AssertionError(
              String.format(
                  "workload %d, cut %d after change %d of %d, which is %s",
                  seed, cut, age, history.size(), age == 0 ? "" : history.get(age - 1)),
              e);
        }
      }
      if (age < history.size()) {
        replayed.replay(history.get(age));
      }
    }
  }

  private void examine(Workload workload, SimulatedDisk disk, int age, RandomSource random)
      throws IOException {
    SimulatedDisk left = disk.powerCut(random);
    if (random.nextInt(3) == 0) {
      left = cutAgainWhileOpening(left, random);
    }
    workload.check(left, age);
    images++;
    if (random.nextInt(4) == 0) {
      // What was found once is not lost by another power cut.
      workload.check(left.powerCut(random), age);
      goOn(left, random);
      images++;
    }
  }

  private static SimulatedDisk cutAgainWhileOpening(SimulatedDisk left, RandomSource random) {
    left.crashAfter(random.nextInt(12));
    try {
      new JournalRig(left).settle();
    } catch (UncheckedIOException e) {
      // That was the power cut.
    }
    return left.powerCut(random);
  }

  /** The journal that was found can be continued. */
  private static void goOn(SimulatedDisk left, RandomSource random) {
    JournalRig rig = new JournalRig(left);
    rig.settle().fill(1_000_000, 1 + random.nextInt(12)).settle();
    List<String> entries = rig.entries();
    rig.fill(1_000_001, 3);

    JournalRig next = new JournalRig(rig.disk.powerCut(random));

    assertThat(next.entries()).isEqualTo(entries);
  }
}
