// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;

/** Tells the story, a line at a time, in ASCII so that any terminal shows it. Thread-safe. */
final class Narrator {
  private static final DateTimeFormatter TIME =
      DateTimeFormatter.ofPattern("HH:mm:ss.SSS").withZone(ZoneId.systemDefault());

  private final PrintStream out;
  private int steps;

  Narrator(PrintStream out) {
    this.out = out;
  }

  /** Begins the next step. */
  synchronized void step(String title) {
    out.printf("%n%d. %s%n", ++steps, title);
  }

  /** Something that happened in the cluster. */
  synchronized void event(Instant time, String subject, String node, String what) {
    out.printf("   %s  %-13s %-9s  %s%n", TIME.format(time), subject, node, what);
  }

  /** Something to know. */
  synchronized void say(String text) {
    out.println("   " + text);
  }

  /** A claim that was checked and holds. */
  synchronized void checked(String claim) {
    out.println("   [ok] " + claim);
  }

  /** Rows in columns as wide as their widest cell; the first row is the head. */
  synchronized void table(List<List<String>> rows) {
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder("   ");
      for (int column = 0; column < row.size(); column++) {
        int at = column;
        int width = rows.stream().mapToInt(other -> other.get(at).length()).max().orElse(0);
        line.append(row.get(column)).append(" ".repeat(width - row.get(column).length() + 3));
      }
      out.println(line.toString().stripTrailing());
    }
  }
}
