// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a benchmark has to say: printed as it comes, and kept in its own section of {@code
 * benchmarks/README.md}, with the hardware it ran on.
 */
public final class Report {
  private final String name;
  private final List<String> lines = new ArrayList<>();

  private Report(String name) {
    this.name = name;
  }

  /** An empty report of the benchmark of that name. */
  public static Report of(String name) {
    return new Report(name);
  }

  /** Adds a line of Markdown. */
  public Report line(String format, Object... values) {
    String line = String.format(Locale.ROOT, format, values);
    System.out.println(line);
    lines.add(line);
    return this;
  }

  /** Replaces the section, or adds it. */
  public void write() {
    Path file = Path.of(Files.isDirectory(Path.of("benchmarks")) ? "benchmarks" : ".", "README.md");
    try {
      String begin = "<!-- " + name + " -->\n";
      String end = "<!-- end of " + name + " -->\n";
      String section = begin + heading() + String.join("\n", lines) + "\n\n" + end;
      String text = Files.exists(file) ? Files.readString(file) : "";
      int from = text.indexOf(begin);
      int to = text.indexOf(end);
      Files.writeString(
          file,
          from >= 0 && to > from
              ? text.substring(0, from) + section + text.substring(to + end.length())
              : text + "\n" + section);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private String heading() {
    return "### `-Dexec.args=" + name + "`\n\n*" + hardware() + "*\n\n";
  }

  private static String hardware() {
    return LocalDate.now(ZoneOffset.UTC)
        + ", "
        + Runtime.getRuntime().availableProcessors()
        + " cores"
        + processor()
        + ", Java "
        + Runtime.version().feature();
  }

  private static String processor() {
    try {
      for (String line : Files.readAllLines(Path.of("/proc/cpuinfo"))) {
        if (line.startsWith("model name")) {
          return " of " + line.substring(line.indexOf(':') + 1).strip();
        }
      }
    } catch (IOException e) {
      // Not Linux.
    }
    return "";
  }
}
