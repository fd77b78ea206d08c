// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.commands;
import static org.assertj.core.api.Assertions.assertThat;

import io.atomix.protocols.raft.storage.log.RaftLog;
import io.atomix.protocols.raft.storage.log.RaftLogReader;
import io.atomix.protocols.raft.storage.log.entry.RaftLogEntry;
import io.atomix.storage.StorageLevel;
import io.atomix.storage.journal.Indexed;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bug 4: truncating overwrites eight bytes (MAPPED) or twice the largest entry (DISK) with zeros;
 * replaced entries behind them come back as soon as the sizes before them add up.
 */
class ReturnedEntriesTest {
  private static final int COMMITTED = 60;
  private static final int REPLACED = 400;
  private static final int REPLACING = 395;

  @TempDir Path directory;

  @Test
  void mappedLogGrowsByEntriesOfTheOldTerm() {
    replacedEntriesReturn(
        StockServer.Setup.in(directory).level(StorageLevel.MAPPED).entryBytes(64 << 10));
  }

  @Test
  void fileLogGrowsByEntriesOfTheOldTerm() {
    replacedEntriesReturn(StockServer.Setup.in(directory).entryBytes(1 << 10));
  }

  private static void replacedEntriesReturn(StockServer.Setup setup) {
    RaftLog log = setup.storage().openLog();
    for (RaftLogEntry entry : commands(1, 1_001, COMMITTED + REPLACED)) {
      log.writer().append(entry);
    }
    log.writer().commit(COMMITTED);
    log.writer().truncate(COMMITTED);
    for (RaftLogEntry entry : commands(2, 1_001 + COMMITTED, REPLACING)) {
      log.writer().append(entry);
    }
    assertThat(log.writer().getLastIndex()).isEqualTo(COMMITTED + REPLACING);

    RaftLogReader reader = log.openReader(1);
    Indexed<RaftLogEntry> last = reader.next();
    while (reader.hasNext()) {
      last = reader.next();
    }
    assertThat(last.index()).isEqualTo(COMMITTED + REPLACED);
    assertThat(last.entry().term()).isEqualTo(1);
    log.close();

    RaftLog reopened = setup.storage().openLog();
    assertThat(reopened.writer().getLastIndex()).isEqualTo(COMMITTED + REPLACED);
    assertThat(reopened.writer().getLastEntry().entry().term()).isEqualTo(1);
    reopened.close();
  }
}
