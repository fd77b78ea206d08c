// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import java.util.Comparator;

/**
 * An order most of which a number decides.
 *
 * @param <E> what is ordered
 */
interface Order<E> extends Comparator<E> {
  /** One with a lesser number comes before; among those of one number, {@link #compare} decides. */
  default long key(E element) {
    return 0;
  }

  /** The order itself: by number, then by comparison. */
  default int compareAll(E a, E b) {
    int byKey = Long.compare(key(a), key(b));
    return byKey != 0 ? byKey : compare(a, b);
  }

  /** Whether it has a place in this order; who has none is in no index of it. */
  default boolean includes(E element) {
    return true;
  }

  /**
   * The number of a text among others in the order of {@link String#compareTo}: its first eight
   * characters, a byte each. What follows a character that does not fit into a byte is left out.
   */
  static long prefix(String text) {
    long key = 0;
    int known = Math.min(Long.BYTES, text.length());
    for (int i = 0; i < known; i++) {
      int c = Math.min(text.charAt(i), 0xff);
      key |= (long) c << (56 - 8 * i);
      if (c == 0xff) {
        break;
      }
    }
    return key ^ Long.MIN_VALUE; // so that a signed comparison is the unsigned one
  }

  /** The upper half of {@link #prefix}: an unsigned number in the order of texts. */
  static int beginning(String text) {
    return (int) ((prefix(text) ^ Long.MIN_VALUE) >>> 32);
  }

  /** Of a {@link #pair}, what tells of its first part. */
  long FIRST_OF_PAIR = 0xffffffff_00000000L;

  /**
   * A number that puts those of one text next to each other, and in the order of the unsigned
   * {@code then}; in between there may be some of another text with the same hash.
   */
  static long pair(String text, int then) {
    return (long) text.hashCode() << 32 | (then & 0xffffffffL);
  }
}
