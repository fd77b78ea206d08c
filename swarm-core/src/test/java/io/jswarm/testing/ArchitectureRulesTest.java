// SPDX-License-Identifier: Apache-2.0
package io.jswarm.testing;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.lang.ArchRule;
import io.jswarm.store.LockTaker;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

/** Shows that the rules can fail, and what they let pass. */
class ArchitectureRulesTest {

  @Test
  void eachClockChanceWaitAndThreadIsSeen() {
    assertThat(
            violations(
                ArchitectureRules.ONLY_THE_LOOP_KNOWS_TIME_CHANCE_AND_THREADS, Undisciplined.class))
        .satisfiesExactlyInAnyOrder(
            line -> assertThat(line).contains("Instant.now()"),
            line -> assertThat(line).contains("references method <java.lang.System.nanoTime()>"),
            line -> assertThat(line).contains("Clock.systemUTC()"),
            line -> assertThat(line).contains("java.util.Random.<init>(long)"),
            line -> assertThat(line).contains("Thread.sleep(long)"),
            line -> assertThat(line).contains("Thread.<init>(java.lang.Runnable)"),
            line -> assertThat(line).contains("Thread.start()"),
            line -> assertThat(line).contains("Executors.newCachedThreadPool()"),
            line -> assertThat(line).contains("thenRunAsync(java.lang.Runnable)"),
            line -> assertThat(line).contains("List.parallelStream()"));
  }

  @Test
  void whatGetsItsExecutorOrTimeHandedDownPasses() {
    assertThat(
            violations(
                ArchitectureRules.ONLY_THE_LOOP_KNOWS_TIME_CHANCE_AND_THREADS, Disciplined.class))
        .isEmpty();
  }

  @Test
  void locksAreSeen() {
    assertThat(violations(ArchitectureRules.LOOP_CODE_TAKES_NO_LOCKS, LockTaker.class))
        .isNotEmpty();
    assertThat(violations(ArchitectureRules.LOOP_CODE_IS_NOT_SYNCHRONIZED, LockTaker.class))
        .hasSize(1);
  }

  @Test
  void aLibraryInASignatureIsSeenAlsoWithinGenerics() {
    assertThat(violations(ArchitectureRules.LIBRARIES_STAY_OUT_OF_SIGNATURES, LibraryShower.class))
        .singleElement()
        .asString()
        .contains("leak");
  }

  @Test
  void aNameThatSaysNothingIsSeen() {
    assertThat(violations(ArchitectureRules.NAMES_SAY_SOMETHING, StoreHelper.class)).hasSize(1);
  }

  private static List<String> violations(ArchRule rule, Class<?> type) {
    return rule.evaluate(new ClassFileImporter().importClasses(type))
        .getFailureReport()
        .getDetails();
  }

  /** Never runs. */
  static final class Undisciplined {
    Object everything(List<String> items, CompletionStage<?> stage) throws InterruptedException {
      Supplier<Long> time = System::nanoTime;
      Thread.sleep(1);
      new Thread(() -> {}).start();
      Executors.newCachedThreadPool();
      return List.of(
          time,
          Instant.now(),
          Clock.systemUTC(),
          new Random(1),
          stage.thenRunAsync(() -> {}),
          items.parallelStream());
    }
  }

  /** Never runs. */
  static final class Disciplined {
    Object everything(List<String> items, Clock clock, Random random, Executor executor) {
      return List.of(
          clock.instant(),
          Instant.now(clock),
          random.nextInt(),
          items.stream(),
          Thread.currentThread(),
          CompletableFuture.runAsync(() -> {}, executor).thenRun(() -> {}));
    }
  }

  /** Badly named. */
  interface StoreHelper {}
}
