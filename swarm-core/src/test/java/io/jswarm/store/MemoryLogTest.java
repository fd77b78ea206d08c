// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogTck;
import org.junit.jupiter.api.Nested;

class MemoryLogTest {
  @Nested
  class AsTheyAre extends ReplicatedLogTck {
    @Override
    protected ReplicatedLog newLog() {
      return MemoryLog.create();
    }
  }

  @Nested
  class ThroughBytes extends ReplicatedLogTck {
    @Override
    protected ReplicatedLog newLog() {
      return MemoryLog.throughBytes();
    }
  }
}
