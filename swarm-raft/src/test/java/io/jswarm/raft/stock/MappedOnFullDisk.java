// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.stock;

import io.atomix.storage.StorageLevel;
import java.nio.file.Path;

/** A program for {@link DiskFullTest}: writes more than its disk holds. */
final class MappedOnFullDisk {
  private MappedOnFullDisk() {}

  public static void main(String[] arguments) {
    StockServer server =
        new StockServer(
            "a",
            StockServer.Setup.in(Path.of(arguments[0])).level(StorageLevel.MAPPED),
            new Network());
    server.bootstrap("a");
    server.campaign();
    server.openSession();
    System.out.println("started");
    try {
      for (int i = 0; i < 20; i++) {
        server.write("x".repeat(40 << 10));
      }
      System.out.println("survived");
      Runtime.getRuntime().halt(0);
    } catch (IllegalStateException e) {
      e.printStackTrace(System.out);
      Runtime.getRuntime().halt(1);
    }
  }
}
