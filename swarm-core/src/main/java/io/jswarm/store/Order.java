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
}
