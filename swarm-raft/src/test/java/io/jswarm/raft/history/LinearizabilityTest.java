// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft.history;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class LinearizabilityTest {
  private final Linearizability checker = new Linearizability();
  private final long[] time = {0};
  private final History history = new History(() -> time[0]);
  private final History.Client one = history.client();
  private final History.Client two = history.client();

  @Test
  void aReadDuringAWriteMayFindEither() {
    Operation write = at(0, () -> one.write("k", 7));
    Operation early = at(1, () -> two.read("k"));
    at(2, () -> early.found(Operation.ABSENT, 0));
    Operation late = at(3, () -> two.read("k"));
    at(4, () -> late.found(7, 5));
    at(5, () -> write.written(5));

    assertThat(check().passed()).isTrue();
  }

  @Test
  void aValueDoesNotGoAwayAgain() {
    Operation write = at(0, () -> one.write("k", 7));
    Operation early = at(1, () -> two.read("k"));
    at(2, () -> early.found(7, 5));
    Operation late = at(3, () -> two.read("k"));
    at(4, () -> late.found(Operation.ABSENT, 0));
    at(5, () -> write.written(5));

    assertThat(check())
        .isInstanceOfSatisfying(
            Verdict.Violated.class,
            violated -> {
              assertThat(violated.key()).isEqualTo("k");
              assertThat(violated.last()).containsExactly(write, early);
              assertThat(violated.unexplained()).containsExactly(late);
              assertThat(violated.toString())
                  .contains("process 1 [3, 4] READ(k ) = 0 of version 0");
            });
  }

  @Test
  void anUnknownWriteMayTakeEffectLongAfterwardsButOnce() {
    at(0, () -> one.write("k", 7));
    readAt(1, Operation.ABSENT, 0);
    readAt(3, 7, 5);
    assertThat(check().passed()).isTrue();

    Operation write = at(5, () -> two.write("k", 8));
    at(6, () -> write.written(6));
    assertThat(check().passed()).isTrue();

    readAt(7, 7, 5);
    assertThat(check()).isInstanceOf(Verdict.Violated.class);
  }

  @Test
  void anUnknownWriteExplainsAConditionThatIsNotMet() {
    Operation write = at(0, () -> one.write("k", 7));
    at(1, () -> write.written(5));
    Operation cas = at(2, () -> two.cas("k", 5, 8));
    at(3, cas::mismatch);
    assertThat(check()).isInstanceOf(Verdict.Violated.class);

    time[0] = 1;
    one.write("k", 9);
    assertThat(check().passed()).isTrue();
  }

  @Test
  void aFailedWriteIsNeverSeen() {
    Operation write = at(0, () -> one.write("k", 7));
    at(1, write::failed);
    readAt(2, 7, 5);

    assertThat(check()).isInstanceOf(Verdict.Violated.class);
  }

  @Test
  void onlyOneOfTwoConditionsOnTheSameVersionHolds() {
    Operation first = at(0, () -> one.cas("k", 0, 7));
    Operation second = at(0, () -> two.cas("k", 0, 8));
    at(1, () -> first.written(1));
    at(1, () -> second.written(2));

    assertThat(check()).isInstanceOf(Verdict.Violated.class);
  }

  @Test
  void keysAreIndependent() {
    Operation write = at(0, () -> one.write("k", 7));
    at(1, () -> write.written(5));
    Operation read = at(2, () -> two.read("other"));
    at(3, () -> read.found(Operation.ABSENT, 0));

    assertThat(check()).isEqualTo(new Verdict.Passed(2, 0));
  }

  @Test
  void whatEndsAsAnotherBeginsOverlapsIt() {
    Operation write = at(0, () -> one.write("k", 7));
    at(1, () -> write.written(5));
    Operation read = at(1, () -> two.read("k"));
    at(2, () -> read.found(Operation.ABSENT, 0));

    assertThat(check().passed()).isTrue();
  }

  @Test
  void aCheckThatTakesTooLongIsNotPassed() {
    List<Operation> many = RandomHistory.of(1, RandomHistory.Shape.of(20, 500).withoutVersions());

    Verdict verdict = new Linearizability(100).check(many);

    assertThat(verdict).isInstanceOf(Verdict.GaveUp.class);
    assertThat(verdict.passed()).isFalse();
  }

  @Test
  void rightHistoriesPass() {
    for (int seed = 0; seed < 1_500; seed++) {
      RandomHistory.Shape shape = RandomHistory.Shape.of(1 + seed % 10, 10 + seed % 90);
      List<Operation> right =
          RandomHistory.of(seed, seed % 3 == 0 ? shape.withoutVersions() : shape);

      assertThat(checker.check(right).passed())
          .as(() -> "seed is not accepted: " + checker.check(right))
          .isTrue();
    }
  }

  @Test
  void wrongHistoriesDoNot() {
    Map<Mutation, Integer> found = new EnumMap<>(Mutation.class);
    for (int seed = 0; seed < 300; seed++) {
      RandomHistory.Shape shape =
          RandomHistory.Shape.of(2 + seed % 6, 20 + seed % 60)
              .deletePercent(seed % 2 == 0 ? 0 : 10);
      List<Operation> right = RandomHistory.of(seed, shape);
      for (Mutation mutation : Mutation.values()) {
        List<Operation> wrong = mutation.of(right, new SplittableRandom(seed));
        if (wrong != null) {
          assertThat(checker.check(wrong))
              .as("%s of seed %d", mutation, seed)
              .isInstanceOf(Verdict.Violated.class);
          found.merge(mutation, 1, Integer::sum);
        }
      }
    }

    assertThat(found).hasSize(Mutation.values().length);
    assertThat(found.values()).allMatch(count -> count >= 50);
    assertThat(found.values().stream().mapToInt(Integer::intValue).sum()).isGreaterThan(1_000);
  }

  @Test
  void everyOrderOfAFewOperationsAgrees() {
    int explained = 0;
    int all = 8_000;
    for (int seed = 0; seed < all; seed++) {
      SplittableRandom random = new SplittableRandom(seed);
      List<Operation> few =
          RandomHistory.of(
              seed,
              RandomHistory.Shape.of(1 + random.nextInt(4), 1 + random.nextInt(8))
                  .unknownPercent(random.nextInt(50))
                  .deletePercent(random.nextInt(50)));
      List<Operation> garbled = new ArrayList<>(few);
      if (seed % 4 != 0) {
        garbled.replaceAll(operation -> garble(operation, random));
      }

      boolean expected = BruteForce.explains(garbled);

      assertThat(checker.check(garbled).passed())
          .as("seed %d: %s", seed, garbled)
          .isEqualTo(expected);
      explained += expected ? 1 : 0;
    }
    assertThat(explained).isBetween(all / 4, all * 3 / 4);
  }

  @Test
  void tenThousandOperationsTakeLessThanASecond() {
    List<List<Operation>> histories = new ArrayList<>();
    for (int seed = 0; seed < 2; seed++) {
      RandomHistory.Shape shape = RandomHistory.Shape.of(10, 10_000).unknownPercent(0);
      histories.add(RandomHistory.of(seed, seed % 2 == 0 ? shape : shape.withoutVersions()));
      List<Operation> keys = new ArrayList<>();
      for (int key = 0; key < 100; key++) {
        keys.addAll(
            RandomHistory.of(
                seed * 100 + key, RandomHistory.Shape.of(10, 100).unknownPercent(10), "k" + key));
      }
      histories.add(keys);
      histories.add(
          Mutation.OVERWRITTEN_VALUE_IS_READ.of(
              histories.get(histories.size() - 2), new SplittableRandom(seed)));
    }
    checker.check(histories.get(0));

    long start = System.nanoTime();
    int passed = 0;
    for (List<Operation> each : histories) {
      passed += checker.check(each).passed() ? 1 : 0;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);

    assertThat(passed).isEqualTo(4);
    assertThat(millis / histories.size()).isLessThan(1_000);
  }

  private static Operation garble(Operation operation, SplittableRandom random) {
    boolean ended =
        operation.outcome() == Operation.Outcome.OK
            || operation.outcome() == Operation.Outcome.MISMATCH;
    if (!ended || random.nextInt(3) != 0) {
      return operation;
    }
    long[] times = {operation.start(), operation.end()};
    int[] call = {0};
    Operation garbled =
        new Operation(
            operation.process(),
            operation.key(),
            operation.kind(),
            operation.value(),
            random.nextInt(4),
            () -> times[call[0]++]);
    if (operation.kind() == Operation.Kind.READ) {
      long value = random.nextInt(4);
      garbled.found(value, value == 0 ? 0 : random.nextInt(5) - 1);
    } else if (operation.kind() == Operation.Kind.CAS && random.nextBoolean()) {
      garbled.mismatch();
    } else {
      garbled.written(random.nextInt(6) - 1);
    }
    return garbled;
  }

  private Verdict check() {
    return checker.check(history.operations());
  }

  private void readAt(long when, long value, long version) {
    Operation read = at(when, () -> two.read("k"));
    at(when + 1, () -> read.found(value, version));
  }

  private <T> T at(long when, Supplier<T> call) {
    time[0] = when;
    return call.get();
  }

  private void at(long when, Runnable call) {
    time[0] = when;
    call.run();
  }
}
