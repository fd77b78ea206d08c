// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class OrderTest {
  private static final List<Character> CHARACTERS =
      List.of('\0', 'a', 'b', '0', '\u007f', '\u00fe', '\u00ff', '\u0100', '\ud83d', '\uffff');

  @Test
  void theNumberOfATextNeverContradictsItsOrder() {
    Random random = new Random(7);
    for (int i = 0; i < 200_000; i++) {
      String a = text(random);
      String b = random.nextInt(3) == 0 ? a + text(random) : text(random);

      int byNumber = Long.compare(Order.prefix(a), Order.prefix(b));
      if (byNumber != 0) {
        assertThat(Integer.signum(a.compareTo(b))).as("'%s', '%s'", a, b).isEqualTo(byNumber);
      }
    }
  }

  private static String text(Random random) {
    StringBuilder text = new StringBuilder();
    for (int left = random.nextInt(12); left > 0; left--) {
      text.append((char) CHARACTERS.get(random.nextInt(CHARACTERS.size())));
    }
    return text.toString();
  }

  @Test
  void idsDifferInTheirNumbers() {
    assertThat(Order.prefix("4an7p8z6lvzdkhadfxvpyytah"))
        .isLessThan(Order.prefix("4an7p8z7lvzdkhadfxvpyytah"))
        .isGreaterThan(Order.prefix("4an7p8z"));
  }
}
