// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import picocli.CommandLine.Option;

/** How a node's process behaves. */
final class RunOptions {
  @Option(
      names = "--stop-tasks-on-exit",
      description =
          "Stop the node's tasks when its process is asked to end (Ctrl-C, SIGTERM); they run on"
              + " unless set.")
  private boolean stopTasks;

  @Option(
      names = {"-v", "--verbose"},
      description = "Log what happens, not only what goes wrong.")
  private boolean verbose;

  boolean stopTasks() {
    return stopTasks;
  }

  /** Says how much is logged; has to come before anything logs. */
  void configureLog() {
    System.setProperty("jswarm.log.level", verbose ? "INFO" : "WARN");
    System.setProperty("jswarm.log.time", "%d{HH:mm:ss.SSS} ");
  }
}
