// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import java.util.function.LongSupplier;

/** Makes object ids: 25 characters of base 36, never used twice (S1.1). Thread-safe. */
@FunctionalInterface
public interface IdGenerator {
  /** A new id of exactly 25 characters out of {@code 0-9a-z}. */
  String next();

  /** Ids from 64-bit random words; 192 bits go into the 129 bits of an id. */
  static IdGenerator from(LongSupplier words) {
    return () -> {
      char[] id = new char[25];
      synchronized (words) {
        digits(words.getAsLong(), id, 0, 9);
        digits(words.getAsLong(), id, 9, 17);
        digits(words.getAsLong(), id, 17, 25);
      }
      return new String(id);
    };
  }

  private static void digits(long word, char[] id, int from, int to) {
    long rest = word >>> 1;
    for (int i = from; i < to; i++) {
      id[i] = Character.forDigit((int) (rest % 36), 36);
      rest /= 36;
    }
  }
}
