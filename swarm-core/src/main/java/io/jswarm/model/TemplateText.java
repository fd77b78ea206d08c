// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.ArrayList;
import java.util.List;

/**
 * The template language of S1.8: text with actions {@code {{.Path}}} and {@code {{join "sep" .Path
 * "text" …}}}. Small and strict: whatever else stands between braces is an error.
 *
 * <p>Thread-safety: immutable.
 */
final class TemplateText {
  private static final String LABELS = ".Service.Labels.";

  private final TemplateContext context;

  TemplateText(TemplateContext context) {
    this.context = context;
  }

  /**
   * Expands every action in the text.
   *
   * @throws IllegalArgumentException saying what is wrong
   */
  String expand(String text) {
    int open = text.indexOf("{{");
    if (open < 0) {
      return text;
    }
    StringBuilder out = new StringBuilder();
    int from = 0;
    while (open >= 0) {
      out.append(text, from, open);
      List<String> tokens = new ArrayList<>();
      from = tokens(text, open + 2, tokens);
      out.append(evaluate(tokens, text.substring(open, from)));
      open = text.indexOf("{{", from);
    }
    return out.append(text, from, text.length()).toString();
  }

  /**
   * Cuts an action into words; a quoted text keeps its opening quote as a mark. Returns where the
   * action ends.
   */
  private static int tokens(String text, int start, List<String> tokens) {
    int i = start;
    while (i < text.length()) {
      char c = text.charAt(i);
      if (text.startsWith("}}", i)) {
        return i + 2;
      } else if (Character.isWhitespace(c)) {
        i++;
      } else if (c == '"') {
        i = quoted(text, i, tokens);
      } else {
        int end = i;
        while (end < text.length()
            && !Character.isWhitespace(text.charAt(end))
            && text.charAt(end) != '"'
            && !text.startsWith("}}", end)) {
          end++;
        }
        tokens.add(text.substring(i, end));
        i = end;
      }
    }
    throw new IllegalArgumentException(
        "\"{{\" is never closed by \"}}\" in \"" + text.substring(start - 2) + "\"");
  }

  private static int quoted(String text, int start, List<String> tokens) {
    StringBuilder value = new StringBuilder("\"");
    for (int i = start + 1; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"') {
        tokens.add(value.toString());
        return i + 1;
      }
      if (c == '\\' && i + 1 < text.length()) {
        i++;
        value.append(unescaped(text.charAt(i)));
      } else {
        value.append(c);
      }
    }
    throw new IllegalArgumentException("a quote is never closed in \"" + text + "\"");
  }

  private static char unescaped(char c) {
    switch (c) {
      case 'n':
        return '\n';
      case 't':
        return '\t';
      case '"':
      case '\\':
        return c;
      default:
        throw new IllegalArgumentException("unknown escape \\" + c);
    }
  }

  private String evaluate(List<String> tokens, String action) {
    if (tokens.isEmpty()) {
      throw new IllegalArgumentException("empty template " + action);
    }
    String first = tokens.get(0);
    if (first.equals("join")) {
      if (tokens.size() < 2) {
        throw new IllegalArgumentException(
            "join needs a separator: write {{join \"-\" .Service.Name .Task.Slot}}");
      }
      List<String> values = new ArrayList<>();
      tokens.subList(2, tokens.size()).forEach(token -> values.add(value(token)));
      return String.join(value(tokens.get(1)), values);
    }
    if (tokens.size() > 1) {
      throw new IllegalArgumentException("the only function is join, in " + action);
    }
    return value(first);
  }

  private String value(String token) {
    if (token.startsWith("\"")) {
      return token.substring(1);
    }
    if (token.startsWith(LABELS) && token.length() > LABELS.length()) {
      String value = context.serviceLabels().get(token.substring(LABELS.length()));
      if (value == null) {
        throw unknown(token);
      }
      return value;
    }
    switch (token) {
      case ".Service.ID":
        return context.serviceId();
      case ".Service.Name":
        return context.serviceName();
      case ".Node.ID":
        return context.nodeId();
      case ".Node.Hostname":
        return context.nodeHostname();
      case ".Node.Platform.OS":
        return context.nodePlatform().os();
      case ".Node.Platform.Architecture":
        return context.nodePlatform().architecture();
      case ".Task.ID":
        return context.taskId();
      case ".Task.Name":
        return context.taskName();
      case ".Task.Slot":
        return context.slot() == 0 ? context.nodeId() : String.valueOf(context.slot());
      default:
        throw unknown(token);
    }
  }

  private static IllegalArgumentException unknown(String token) {
    return new IllegalArgumentException(
        "unknown template key "
            + token
            + "; known are .Service.ID, .Service.Name, .Service.Labels.<key>, .Node.ID,"
            + " .Node.Hostname, .Node.Platform.OS, .Node.Platform.Architecture, .Task.ID,"
            + " .Task.Name and .Task.Slot");
  }
}
