// SPDX-License-Identifier: Apache-2.0
package io.jswarm.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SortedTreeTest {
  private static final int ALIKE = 100;

  /** A number decides about hundreds, a comparison about what is within them. */
  private static final Order<Integer> ORDER =
      new Order<>() {
        @Override
        public long key(Integer element) {
          return Math.floorDiv(element, ALIKE);
        }

        @Override
        public int compare(Integer a, Integer b) {
          return a.compareTo(b);
        }
      };

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void behavesLikeATreeSetUnderRandomEdits(long seed) {
    Random random = new Random(seed);
    TreeSet<Integer> model = new TreeSet<>();
    SortedTree.Editor<Integer> editor = SortedTree.<Integer>empty(ORDER).edit();
    int range = 50 + random.nextInt(5_000);

    for (int i = 0; i < 20_000; i++) {
      int value = random.nextInt(range);
      boolean add = random.nextInt(100) < (i / 5_000 % 2 == 0 ? 65 : 35);
      int near = value + random.nextInt(5) - 2;
      assertThat(editor.find(Math.floorDiv(near, ALIKE), e -> e.compareTo(near)))
          .as("seed %d, step %d", seed, i)
          .isEqualTo(model.contains(near) ? near : null);
      if (random.nextInt(50) == 0) {
        editor.freeze();
      }
      Integer before = add ? editor.put(value) : editor.remove(value);

      assertThat(before != null).as("seed %d, step %d", seed, i).isEqualTo(model.contains(value));
      if (add) {
        model.add(value);
      } else {
        model.remove(value);
      }
    }

    SortedTree<Integer> tree = editor.freeze();
    assertThat(tree).as("seed %d", seed).containsExactlyElementsOf(model);
    assertThat(tree.size()).isEqualTo(model.size());
  }

  @ParameterizedTest
  @ValueSource(longs = {11, 12, 13, 14})
  void frozenVersionsNeverChange(long seed) {
    Random random = new Random(seed);
    List<SortedTree<Integer>> versions = new ArrayList<>();
    List<List<Integer>> contents = new ArrayList<>();
    TreeSet<Integer> model = new TreeSet<>();
    SortedTree.Editor<Integer> editor = SortedTree.<Integer>empty(ORDER).edit();

    for (int version = 0; version < 100; version++) {
      for (int i = 0; i < 50; i++) {
        int value = random.nextInt(700);
        if (random.nextBoolean()) {
          editor.put(value);
          model.add(value);
        } else {
          editor.remove(value);
          model.remove(value);
        }
      }
      versions.add(editor.freeze());
      contents.add(List.copyOf(model));
    }

    for (int i = 0; i < versions.size(); i++) {
      assertThat(versions.get(i))
          .as("seed %d, version %d", seed, i)
          .containsExactlyElementsOf(contents.get(i));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {21, 22, 23, 24})
  void rangesAreWhatTheProbeSays(long seed) {
    Random random = new Random(seed);
    TreeSet<Integer> model = new TreeSet<>();
    SortedTree.Editor<Integer> editor = SortedTree.<Integer>empty(ORDER).edit();
    for (int i = 0; i < 3_000; i++) {
      int value = random.nextInt(10_000);
      editor.put(value);
      model.add(value);
    }
    SortedTree<Integer> tree = editor.freeze();

    for (int i = 0; i < 500; i++) {
      int key = random.nextInt(110) - 5;
      int low = key * ALIKE + random.nextInt(ALIKE);
      int high = low + random.nextInt((key + 1) * ALIKE - low + 1);
      SortedTree.Probe<Integer> probe = e -> e < low ? -1 : e < high ? 0 : 1;

      assertThat(tree.range(new SortedTree.Range<>(key, -1, e -> e >= low && e < high)))
          .as("seed %d, [%d, %d)", seed, low, high)
          .containsExactlyElementsOf(model.subSet(low, high));
      int even = key & ~1;
      assertThat(tree.range(new SortedTree.Range<>(even, ~1, e -> e % 3 == 0)))
          .as("seed %d, thirds of %d and the hundred after it", seed, even * ALIKE)
          .containsExactlyElementsOf(
              model.subSet(even * ALIKE, (even + 2) * ALIKE).stream()
                  .filter(e -> e % 3 == 0)
                  .toList());
      Integer first = model.subSet(low, high).isEmpty() ? null : model.subSet(low, high).first();
      assertThat(tree.find(key, probe)).isEqualTo(first);
      assertThat(tree.from(key, probe))
          .as("seed %d, from %d", seed, low)
          .containsExactlyElementsOf(model.tailSet(low));
    }
  }

  @Test
  void resetTakesBackEverythingSinceTheFreeze() {
    SortedTree.Editor<Integer> editor = SortedTree.<Integer>empty(ORDER).edit();
    for (int i = 0; i < 1_000; i++) {
      editor.put(i);
    }
    SortedTree<Integer> before = editor.freeze();

    for (int i = 0; i < 1_000; i += 3) {
      editor.remove(i);
    }
    editor.put(5_000);
    editor.reset(before);
    assertThat(editor.find(50, e -> e.compareTo(5_000))).isNull();
    assertThat(editor.find(0, e -> e.compareTo(3))).isEqualTo(3);
    editor.put(-1);

    assertThat(before).hasSize(1_000);
    assertThat(editor.freeze()).hasSize(1_001).startsWith(-1, 0, 1, 2, 3);
  }
}
