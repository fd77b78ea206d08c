// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import static io.jswarm.raft.stock.Messages.append;
import static io.jswarm.raft.stock.Messages.command;
import static io.jswarm.raft.stock.Messages.opening;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A program for {@link UnsyncedAcknowledgementTest}; makes a directory before and after each part.
 */
final class WritesUnderStrace {
  static final int WRITES = 100;

  private WritesUnderStrace() {}

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    StockServer leader =
        new StockServer("a", StockServer.Setup.in(directory.resolve("a")), new Network());
    leader.bootstrap("a");
    leader.campaign();
    leader.openSession();
    Files.createDirectory(directory.resolve("leader-begins"));
    for (int i = 0; i < WRITES; i++) {
      leader.write("line " + i);
    }
    Files.createDirectory(directory.resolve("leader-ends"));

    StockServer follower =
        new StockServer("c", StockServer.Setup.in(directory.resolve("c")), new Network());
    follower.bootstrap("a", "b", "c");
    follower.answer(append(1, "a", 0, 0, 0, opening(1)));
    Files.createDirectory(directory.resolve("follower-begins"));
    for (int i = 1; i <= WRITES; i++) {
      if (!follower.answer(append(1, "a", i, 1, i, command(1, i, "line"))).succeeded()) {
        throw new IllegalStateException("not acknowledged");
      }
    }
    Files.createDirectory(directory.resolve("follower-ends"));
    Runtime.getRuntime().halt(0);
  }
}
