// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.jswarm.raft.stock.ChildJvm;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A1, A2: between the beginning of a write and its acknowledgement, at least two of three managers
 * have synced their log. Counted by strace; skipped where that cannot run.
 */
class SyncedAcknowledgementTest {
  private static final Pattern SYNC = Pattern.compile("f(?:data)?sync\\(\\d+<[^>]*/(m\\d)/log/log");

  @Test
  void a1_aQuorumSyncsEachAcknowledgedWrite(@TempDir Path directory)
      throws IOException, InterruptedException {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/strace"))).isTrue();
    Path trace = directory.resolve("trace");

    ChildJvm.Result result =
        ChildJvm.run(
            List.of(
                "/usr/bin/strace",
                "-fqqy",
                "-e",
                "trace=fsync,fdatasync,mkdir,mkdirat",
                "-o",
                trace.toString()),
            WritesOfThreeManagers.class,
            directory.toString());

    assumeThat(result.output()).doesNotContain("Operation not permitted");
    assertThat(result.exit()).as(result.output()).isZero();
    List<String> calls = Files.readAllLines(trace);
    for (int i = 0; i < WritesOfThreeManagers.WRITES; i++) {
      List<String> during = calls.subList(lineOf(calls, i) + 1, lineOf(calls, i + 1));
      assertThat(
              during.stream()
                  .map(SYNC::matcher)
                  .filter(Matcher::find)
                  .map(found -> found.group(1))
                  .distinct())
          .as("who synced during write %d", i)
          .hasSizeGreaterThanOrEqualTo(2);
    }
  }

  private static int lineOf(List<String> calls, int write) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains("write-" + write + "\"")) {
        return i;
      }
    }
    throw new AssertionError("write " + write + " is missing");
  }
}
