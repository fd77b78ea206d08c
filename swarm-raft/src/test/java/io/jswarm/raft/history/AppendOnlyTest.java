// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;

class AppendOnlyTest {
  private final long[] time = {0};
  private final History history = new History(() -> time[0]);
  private final History.Client client = history.client();

  @Test
  void theListThatWasAppendedPasses() {
    acknowledged(1);
    acknowledged(2);
    client.append("list", 3);
    client.append("list", 4);

    assertThat(ended(1, 2, 4)).isEmpty();
  }

  @Test
  void anAcknowledgedIdThatIsMissingIsLost() {
    acknowledged(1);
    acknowledged(2);

    assertThat(ended(1)).hasSize(1).first().asString().startsWith("a has lost: ");
  }

  @Test
  void anIdAppliedTwiceIsFound() {
    acknowledged(1);
    acknowledged(2);

    assertThat(ended(1, 2, 1)).anyMatch(problem -> problem.startsWith("a has twice"));
  }

  @Test
  void anIdThatFailedOrThatNobodyAppendedIsFound() {
    client.append("list", 1).failed();

    assertThat(ended(1, 9))
        .anyMatch(problem -> problem.startsWith("a has what failed"))
        .anyMatch(problem -> problem.startsWith("a has 9, which nobody appended"));
  }

  @Test
  void whatHadEndedBeforeComesFirst() {
    acknowledged(1);
    acknowledged(2);

    assertThat(ended(2, 1)).hasSize(1).first().asString().startsWith("a has in the wrong order");
  }

  @Test
  void whatOverlappedMayComeInAnyOrder() {
    Operation one = client.append("list", 1);
    Operation two = history.client().append("list", 2);
    time[0]++;
    one.written(1);
    two.written(2);

    assertThat(ended(2, 1)).isEmpty();
    assertThat(ended(1, 2)).isEmpty();
  }

  @Test
  void aReadMayLackOnlyWhatHadNotEndedWhenItBegan() {
    acknowledged(1);
    long start = time[0]++;
    acknowledged(2);
    long end = time[0]++;
    acknowledged(3);

    assertThat(lists().read("r", List.of(1L), start, end).problems()).isEmpty();
    assertThat(lists().read("r", List.of(1L, 2L), start, end).problems()).isEmpty();
    assertThat(lists().read("r", List.of(), start, end).problems()).hasSize(1);
    assertThat(lists().read("r", List.of(1L, 2L, 3L), start, end).problems()).hasSize(1);
  }

  @Test
  void replicasHaveTheSameBeginning() {
    acknowledged(1);

    assertThat(lists().samePrefix("a", List.of(1L, 2L), "b", List.of(1L)).problems()).isEmpty();
    assertThat(lists().samePrefix("a", List.of(1L, 2L), "b", List.of(1L, 3L)).problems())
        .containsExactly("at 1, a has 2 and b has 3");
  }

  @Test
  void eachOfAThousandFaultsInLongListsIsFound() {
    for (int seed = 0; seed < 1_000; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      History many = new History(() -> time[0]);
      List<History.Client> clients = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        clients.add(many.client());
      }
      List<Long> right = new ArrayList<>();
      for (long id = 1; id <= 200; id++) {
        Operation append = clients.get(random.nextInt(5)).append("list", id);
        time[0]++;
        if (random.nextInt(10) > 0) {
          append.written(id);
          right.add(id);
        } else if (random.nextBoolean()) {
          right.add(id);
        }
        time[0]++;
      }
      AppendOnly lists = new AppendOnly(many.operations());
      assertThat(lists.ended("a", right).problems()).isEmpty();

      List<Long> wrong = new ArrayList<>(right);
      int acknowledged =
          many.operations().stream()
              .filter(each -> each.outcome() == Operation.Outcome.OK)
              .mapToInt(each -> right.indexOf(each.value()))
              .skip(random.nextInt(50))
              .findFirst()
              .orElseThrow();
      switch (seed % 4) {
        case 0 -> wrong.remove(acknowledged);
        case 1 -> wrong.add(random.nextInt(wrong.size()), wrong.get(acknowledged));
        case 2 -> wrong.add(random.nextInt(wrong.size()), 1_000L);
        default ->
            Collections.swap(
                wrong, acknowledged, acknowledged == 0 ? wrong.size() - 1 : acknowledged - 1);
      }

      List<String> problems = new AppendOnly(many.operations()).ended("a", wrong).problems();
      boolean swappedUnknown =
          seed % 4 == 3 && problems.isEmpty() && isUnknownSwap(many, right, wrong);
      assertThat(problems.isEmpty()).as("seed %d", seed).isEqualTo(swappedUnknown);
    }
  }

  /** Nothing is wrong if the one that should be first never ended. */
  private static boolean isUnknownSwap(History many, List<Long> right, List<Long> wrong) {
    for (int i = 0; i < right.size(); i++) {
      if (!right.get(i).equals(wrong.get(i))) {
        long first = right.get(i);
        return many.operations().stream()
            .anyMatch(each -> each.value() == first && each.outcome() == Operation.Outcome.UNKNOWN);
      }
    }
    return false;
  }

  private void acknowledged(long id) {
    Operation append = client.append("list", id);
    time[0]++;
    append.written(id);
    time[0]++;
  }

  private AppendOnly lists() {
    return new AppendOnly(history.operations());
  }

  private List<String> ended(long... ids) {
    List<Long> list = new ArrayList<>();
    for (long id : ids) {
      list.add(id);
    }
    return lists().ended("a", list).problems();
  }
}
