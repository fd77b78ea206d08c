// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import java.util.List;
import picocli.CommandLine.Option;

/** How a list is printed. */
final class ListOptions {
  @Option(
      names = {"-q", "--quiet"},
      description = "Only ids.")
  private boolean quiet;

  @Option(
      names = "--format",
      paramLabel = "table|json",
      description = "A table, or a JSON object a line.")
  private Format format = Format.TABLE;

  @Option(names = "--no-trunc", description = "Shorten nothing.")
  private boolean whole;

  private enum Format {
    TABLE,
    JSON
  }

  /** An id as far as it is to be shown. */
  String id(String id) {
    return whole || quiet || id.length() <= 12 ? id : id.substring(0, 12);
  }

  /** Whether people read it, who want to see which of the rows is this node. */
  boolean isTable() {
    return format == Format.TABLE;
  }

  void print(NodeSession session, List<String> ids, Table table) {
    if (quiet) {
      ids.forEach(session.out()::println);
    } else if (format == Format.JSON) {
      table.printJson(session.out());
    } else {
      table.print(session.out(), whole ? 0 : session.columns());
    }
  }
}
