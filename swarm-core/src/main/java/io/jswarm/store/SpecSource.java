// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

/** Where whoever applies an entry finds the spec of a task in it. */
enum SpecSource {
  /** In the entry. */
  INLINE(0),
  /** The task is stored already, and its spec does not change. */
  TASK(1),
  /** In the service, as it is or will be stored, by the task's spec version. */
  SERVICE(2);

  private final int code;

  SpecSource(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  static SpecSource ofCode(long code) {
    for (SpecSource source : values()) {
      if (source.code == code) {
        return source;
      }
    }
    throw new IllegalArgumentException("a task whose spec is found in an unknown way: " + code);
  }
}
