// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import java.io.Serializable;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/** A spec breaks one or more rules. All violations are reported at once; nothing was changed. */
public final class InvalidSpecException extends SwarmException {
  private static final long serialVersionUID = 1L;

  /**
   * One broken rule.
   *
   * @param path where in the spec, for example {@code task.placement.constraints[1]}
   * @param message what is wrong and how it should read
   */
  public record Violation(String path, String message) implements Serializable {
    public Violation {
      Objects.requireNonNull(path, "path");
      Objects.requireNonNull(message, "message");
    }

    @Override
    public String toString() {
      return path.isEmpty() ? message : path + ": " + message;
    }
  }

  @SuppressWarnings("serial") // always an immutable list of serializable records
  private final List<Violation> violations;

  /**
   * Creates the exception.
   *
   * @param what the object, for example {@code service web}
   * @param violations at least one
   */
  public InvalidSpecException(String what, List<Violation> violations) {
    super(ErrorCode.INVALID_SPEC, message(what, violations));
    this.violations = List.copyOf(violations);
  }

  /** Creates an exception for a single broken rule. */
  public InvalidSpecException(String what, String path, String message) {
    this(what, List.of(new Violation(path, message)));
  }

  /** Everything that is wrong, in the order of the spec's fields; never empty. */
  public List<Violation> violations() {
    return violations;
  }

  private static String message(String what, List<Violation> violations) {
    if (violations.isEmpty()) {
      throw new IllegalArgumentException("an invalid spec needs at least one violation");
    }
    return violations.stream()
        .map(Violation::toString)
        .collect(Collectors.joining("; ", "invalid " + what + ": ", ""));
  }
}
