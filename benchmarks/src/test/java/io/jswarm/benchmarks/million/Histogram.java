// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.million;

import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import javax.management.JMException;
import javax.management.ObjectName;

/** What the heap of this JVM holds, by class. */
final class Histogram {
  private static final int CLASSES = 16;

  private Histogram() {}

  /** The largest classes, in bytes for each task; objects nobody refers to are collected first. */
  static List<String> lines(int tasks) {
    List<String> lines = new ArrayList<>();
    try {
      String text =
          (String)
              ManagementFactory.getPlatformMBeanServer()
                  .invoke(
                      new ObjectName("com.sun.management:type=DiagnosticCommand"),
                      "gcClassHistogram",
                      new Object[] {new String[0]},
                      new String[] {String[].class.getName()});
      for (String line : text.split("\n")) {
        String[] columns = line.strip().split("\\s+");
        if (columns.length >= 4 && columns[0].endsWith(":") && lines.size() < CLASSES) {
          lines.add(
              String.format(
                  Locale.ROOT,
                  "%6.1f bytes/task: %s objects of `%s`",
                  Double.parseDouble(columns[2]) / tasks,
                  columns[1],
                  columns[3]));
        }
      }
    } catch (JMException e) {
      throw new IllegalStateException(e);
    }
    return lines;
  }
}
