// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * A1, A2, bug 1: nothing is synced before it is acknowledged, though {@code
 * withFlushOnCommit(true)}. Counted by strace; skipped where that cannot run.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class UnsyncedAcknowledgementTest {
  private List<String> calls;

  @BeforeAll
  void trace(@TempDir Path directory) throws IOException, InterruptedException {
    assumeThat(Files.isExecutable(Path.of("/usr/bin/strace"))).isTrue();
    Path trace = directory.resolve("trace");
    ChildJvm.Result result =
        ChildJvm.run(
            List.of(
                "/usr/bin/strace",
                "--seccomp-bpf",
                "-fqq",
                "-e",
                "trace=fsync,fdatasync,msync,sync_file_range,mkdir,mkdirat",
                "-o",
                trace.toString()),
            WritesUnderStrace.class,
            directory.toString());
    assumeThat(result.output()).doesNotContain("Operation not permitted");
    assertThat(result.exit()).as(result.output()).isZero();
    calls = Files.readAllLines(trace);
  }

  @Test
  void aLeaderAcknowledgesAHundredWritesWithoutASync() {
    assertThat(between("leader-begins", "leader-ends")).isEmpty();
  }

  @Test
  void aFollowerAcknowledgesAHundredAppendsWithoutASync() {
    assertThat(between("follower-begins", "follower-ends")).isEmpty();
  }

  /** Else nothing would prove that the others count what they mean to. */
  @Test
  void termsAndVotesAreSynced() {
    assertThat(calls).anyMatch(call -> call.contains("sync("));
  }

  private List<String> between(String begin, String end) {
    return calls.subList(lineOf(begin) + 1, lineOf(end));
  }

  private int lineOf(String mark) {
    for (int i = 0; i < calls.size(); i++) {
      if (calls.get(i).contains(mark)) {
        return i;
      }
    }
    throw new AssertionError(mark + " is missing");
  }
}
