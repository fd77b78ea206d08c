// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * One entry of the placement constraint language (S8): {@code key == value} or {@code key !=
 * value}. There are no patterns; values are compared as whole texts without regard to case.
 *
 * <p>Parse once, match often: matching allocates nothing. Thread-safety: immutable.
 */
public final class Constraint {
  private static final Pattern KEY = Pattern.compile("[A-Za-z_][A-Za-z0-9\\-_.]+");
  private static final Pattern VALUE =
      Pattern.compile(
          "[\\p{L}\\p{N}\\s:\\-_.*()?+\\[\\]\\\\^$|/]+", Pattern.UNICODE_CHARACTER_CLASS);
  private static final String NODE_LABELS = "node.labels.";
  private static final String ENGINE_LABELS = "engine.labels.";

  /** What a key stands for. */
  private enum Subject {
    ID,
    HOSTNAME,
    IP,
    ROLE,
    OS,
    ARCHITECTURE,
    NODE_LABEL,
    ENGINE_LABEL,
    UNKNOWN
  }

  private final String key;
  private final boolean equal;
  private final String value;
  private final Subject subject;
  private final String label;
  private final @Nullable IpRange range;

  private Constraint(String key, boolean equal, String value) {
    this.key = key;
    this.equal = equal;
    this.value = value;
    this.subject = subject(key.toLowerCase(Locale.ROOT));
    this.label = label(subject, key);
    this.range = subject == Subject.IP ? IpRange.parse(value) : null;
  }

  /**
   * Reads one constraint.
   *
   * @throws IllegalArgumentException saying what is wrong and how it should read
   */
  public static Constraint parse(String text) {
    boolean equal = text.contains("==");
    int at = text.indexOf(equal ? "==" : "!=");
    if (at < 0) {
      throw bad(text, "it has no operator");
    }
    String key = text.substring(0, at).strip();
    String value = text.substring(at + 2).strip();
    if (!KEY.matcher(key).matches()) {
      throw bad(
          text,
          "the key \""
              + key
              + "\" is not a letter or _ and at least one more letter, digit, -, _ or .");
    }
    if (value.isEmpty()) {
      throw bad(text, "the value is missing");
    }
    if (!VALUE.matcher(value).matches()) {
      throw bad(
          text,
          "the value \""
              + value
              + "\" has characters other than letters, digits, spaces and :-_.*()?+[]\\^$|/");
    }
    return new Constraint(key, equal, value);
  }

  /**
   * Whether the node meets every constraint; true for an empty list.
   *
   * @throws IllegalArgumentException if one does not parse
   */
  public static boolean allMatch(List<String> constraints, Node node) {
    for (String constraint : constraints) {
      if (!parse(constraint).matches(node)) {
        return false;
      }
    }
    return true;
  }

  /** Whether the node meets this constraint; never for a key this language does not know. */
  public boolean matches(Node node) {
    switch (subject) {
      case ID:
        return compare(node.id());
      case HOSTNAME:
        return compare(node.description().hostname());
      case IP:
        return matchesAddress(node.status().addr());
      case ROLE:
        return compare(node.role().name());
      case OS:
        return compare(node.description().platform().os());
      case ARCHITECTURE:
        return compare(node.description().platform().architecture());
      case NODE_LABEL:
        return compare(node.spec().labels().getOrDefault(label, ""));
      case ENGINE_LABEL:
        return compare(node.description().engine().labels().getOrDefault(label, ""));
      case UNKNOWN:
        return false;
    }
    throw new AssertionError(subject);
  }

  /** Whether it looks at what each node has for itself: its id, host name or address. */
  public boolean isAboutOneNode() {
    return subject == Subject.ID || subject == Subject.HOSTNAME || subject == Subject.IP;
  }

  /** The label of nodes it looks at, if it does. */
  public Optional<String> nodeLabel() {
    return subject == Subject.NODE_LABEL ? Optional.of(label) : Optional.empty();
  }

  /** The label of engines it looks at, if it does. */
  public Optional<String> engineLabel() {
    return subject == Subject.ENGINE_LABEL ? Optional.of(label) : Optional.empty();
  }

  /** The canonical text: {@code key == value}. */
  @Override
  public String toString() {
    return key + (equal ? " == " : " != ") + value;
  }

  private boolean compare(String actual) {
    // equalsIgnoreCase folds character by character, whatever the locale.
    return actual.equalsIgnoreCase(value) == equal;
  }

  private boolean matchesAddress(String address) {
    if (range == null) {
      return false; // neither address nor CIDR: never matches, with either operator
    }
    return range.contains(address) == equal;
  }

  private static Subject subject(String key) {
    switch (key) {
      case "node.id":
        return Subject.ID;
      case "node.hostname":
        return Subject.HOSTNAME;
      case "node.ip":
        return Subject.IP;
      case "node.role":
        return Subject.ROLE;
      case "node.platform.os":
        return Subject.OS;
      case "node.platform.arch":
        return Subject.ARCHITECTURE;
      default:
        if (key.startsWith(NODE_LABELS) && key.length() > NODE_LABELS.length()) {
          return Subject.NODE_LABEL;
        }
        if (key.startsWith(ENGINE_LABELS) && key.length() > ENGINE_LABELS.length()) {
          return Subject.ENGINE_LABEL;
        }
        return Subject.UNKNOWN;
    }
  }

  private static String label(Subject subject, String key) {
    switch (subject) {
      case NODE_LABEL:
        return key.substring(NODE_LABELS.length());
      case ENGINE_LABEL:
        return key.substring(ENGINE_LABELS.length());
      default:
        return "";
    }
  }

  private static IllegalArgumentException bad(String text, String why) {
    return new IllegalArgumentException(
        "malformed constraint \""
            + text
            + "\": "
            + why
            + "; write it as \"node.labels.zone == east\" or \"node.role != manager\"");
  }
}
