// SPDX-License-Identifier: Apache-2.0
package io.jswarm.model;

/** The kinds of object a cluster stores, one table each. */
public enum Kind {
  CLUSTER(1),
  NODE(2),
  SERVICE(3),
  TASK(4),
  NETWORK(5),
  SECRET(6),
  CONFIG(7);

  private final int code;

  Kind(int code) {
    this.code = code;
  }

  /** The number of this kind in logs and snapshots, never given to another one. */
  public int code() {
    return code;
  }

  /**
   * The kind of this {@link #code()}.
   *
   * @throws IllegalArgumentException when there is none: a newer version wrote it
   */
  public static Kind ofCode(int code) {
    for (Kind kind : values()) {
      if (kind.code == code) {
        return kind;
      }
    }
    throw new IllegalArgumentException(
        "objects of kind " + code + " are not known; a newer version wrote them");
  }
}
