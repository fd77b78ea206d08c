// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine;

/** A command that makes this process a node. */
interface ForegroundCommand {
  /**
   * Runs the node until it ends.
   *
   * @return the exit code
   */
  int run(Path dataDir, CommandLine line) throws IOException;
}
