// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.loop.Environment;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory.Entry;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import io.jswarm.spi.ReplicatedLogTck;
import io.jswarm.transport.LocalNetwork;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.io.TempDir;

/** A single manager on a real disk and real threads. */
class AtomixReplicatedLogTest extends ReplicatedLogTck {
  private static final Environment ENVIRONMENT = Environment.system();

  @TempDir private Path directory;

  @Override
  protected ReplicatedLog newLog() {
    return new AtomixLogFactory()
        .create(
            new Settings(
                "n1",
                "n1:2377",
                directory,
                ENVIRONMENT,
                new LocalNetwork(ENVIRONMENT),
                Entry.BOOTSTRAP));
  }

  @AfterAll
  static void end() {
    ENVIRONMENT.close();
  }
}
