// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Rows under heads, as Docker prints them: a column is at least ten wide, three to the next. */
final class Table {
  private static final int LEAST = 10;
  private static final int GAP = 3;

  private final List<String> heads;
  private final List<List<String>> rows = new ArrayList<>();

  Table(String... heads) {
    this.heads = List.of(heads);
  }

  /** Adds a row; one cell for each head. */
  void row(String... cells) {
    if (cells.length != heads.size()) {
      throw new IllegalArgumentException(cells.length + " cells under " + heads.size() + " heads");
    }
    rows.add(List.of(cells));
  }

  /** Prints heads and rows; cuts them at {@code columns} unless that is 0. */
  void print(PrintWriter out, int columns) {
    List<List<String>> lines = new ArrayList<>(rows);
    lines.add(0, heads);
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int column = 0; column < line.size(); column++) {
        text.append(line.get(column));
        if (column < line.size() - 1) {
          text.append(" ".repeat(width(lines, column) - line.get(column).length()));
        }
      }
      String whole = text.toString().stripTrailing();
      out.println(columns > 0 && whole.length() > columns ? whole.substring(0, columns) : whole);
    }
  }

  private static int width(List<List<String>> lines, int column) {
    int widest = lines.stream().mapToInt(line -> line.get(column).length()).max().orElse(0);
    return Math.max(LEAST, widest + GAP);
  }

  /** Prints each row as a JSON object, a line each, with names such as {@code DesiredState}. */
  void printJson(PrintWriter out) {
    ObjectMapper json = new ObjectMapper();
    for (List<String> row : rows) {
      Map<String, String> object = new LinkedHashMap<>();
      for (int column = 0; column < row.size(); column++) {
        object.put(name(heads.get(column)), row.get(column).strip());
      }
      try {
        out.println(json.writeValueAsString(object));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
  }

  private static String name(String head) {
    if (head.equals("ID")) {
      return head;
    }
    StringBuilder name = new StringBuilder();
    for (String word : head.split(" ")) {
      name.append(word.charAt(0)).append(word.substring(1).toLowerCase(java.util.Locale.ROOT));
    }
    return name.toString();
  }
}
