// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.install;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.protocol.RaftResponse;
import io.atomix.protocols.raft.storage.snapshot.Snapshot;
import io.atomix.protocols.raft.storage.snapshot.SnapshotReader;
import org.junit.jupiter.api.Test;

/** A10: parts of two leaders' snapshots become one. */
class MixedSnapshotTest {

  @Test
  void aSnapshotBeginsWithTheOldLeadersBytesAndEndsWithTheNewOnes() {
    try (StockCluster cluster = new StockCluster()) {
      StockServer follower = cluster.lone("c", "a", "b");
      ok(follower.answer(install(1, "a", 100, 0, "old ".getBytes(US_ASCII), false)));

      // Taken at the same index, but no two members' snapshots are the same bytes.
      ok(follower.answer(install(2, "b", 100, 0, "new ".getBytes(US_ASCII), false)));
      ok(follower.answer(install(2, "b", 100, 1, "end".getBytes(US_ASCII), true)));

      Snapshot stored = follower.context().getSnapshotStore().getCurrentSnapshot();
      try (SnapshotReader reader = stored.openReader()) {
        assertThat(new String(reader.readBytes(reader.remaining()), US_ASCII)).isEqualTo("old end");
      }
    }
  }

  private static void ok(RaftResponse response) {
    assertThat(response.status()).isEqualTo(RaftResponse.Status.OK);
  }
}
