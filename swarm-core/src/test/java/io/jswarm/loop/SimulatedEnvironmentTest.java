// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulatedEnvironmentTest {
  /** Three loops that answer each other with random delays for a simulated minute. */
  private static List<String> trace(long seed) {
    SimulatedEnvironment world = new SimulatedEnvironment(seed);
    Environment environment = world.environment();
    RandomSource random = environment.random().split();
    List<String> trace = new ArrayList<>();
    List<EventLoop> loops = new ArrayList<>();
    for (int i = 0; i < 3; i++) {
      loops.add(environment.loops().create("l" + i));
    }
    bounce(loops, random, trace, 0);
    bounce(loops, random, trace, 1);
    world.runFor(Duration.ofMinutes(1));
    return trace;
  }

  private static void bounce(
      List<EventLoop> loops, RandomSource random, List<String> trace, int at) {
    EventLoop loop = loops.get(at);
    loop.schedule(
        Duration.ofMillis(random.nextInt(500)),
        () -> {
          trace.add(loop.name() + "@" + loop.nanoTime());
          bounce(loops, random, trace, random.nextInt(3));
        });
  }

  @Test
  void aSeedDecidesEverything() {
    assertThat(trace(42)).isEqualTo(trace(42)).hasSizeGreaterThan(200);
    assertThat(trace(42)).isNotEqualTo(trace(43));
  }

  @Test
  void thingsDueAtOnceRunInADrawnOrderButInputsOfALoopStayInOrder() {
    Set<List<String>> orders = new HashSet<>();
    for (long seed = 0; seed < 50; seed++) {
      SimulatedEnvironment world = new SimulatedEnvironment(seed);
      List<String> order = new ArrayList<>();
      for (String name : List.of("a", "b", "c")) {
        EventLoop loop = world.environment().loops().create(name);
        loop.execute(() -> order.add(name + 1));
        loop.execute(() -> order.add(name + 2));
      }
      world.settle();
      orders.add(order);

      assertThat(order).containsSubsequence("a1", "a2").containsSubsequence("b1", "b2");
    }

    assertThat(orders).hasSize(6);
  }

  @Test
  void timeMovesOnlyWhenAskedAndInJumps() {
    SimulatedEnvironment world = new SimulatedEnvironment(1);
    EventLoop loop = world.environment().loops().create("l");
    List<Duration> at = new ArrayList<>();
    loop.schedule(Duration.ofHours(24), () -> at.add(world.elapsed()));

    world.settle();
    assertThat(at).isEmpty();
    world.runFor(Duration.ofHours(25));

    assertThat(at).containsExactly(Duration.ofHours(24));
    assertThat(world.elapsed()).isEqualTo(Duration.ofHours(25));
  }

  @Test
  void blockingCallersLetVirtualTimeRun() {
    SimulatedEnvironment world = new SimulatedEnvironment(1);
    EventLoop loop = world.environment().loops().create("l");
    CompletableFuture<String> result = new CompletableFuture<>();
    loop.schedule(Duration.ofSeconds(9), () -> result.complete("done"));

    assertThat(world.environment().awaiter().await(result, Duration.ofSeconds(8))).isFalse();
    assertThat(world.environment().awaiter().await(result, Duration.ofSeconds(8))).isTrue();
    assertThat(world.elapsed()).isEqualTo(Duration.ofSeconds(9));
  }

  @Test
  void aFailureNamesSeedTimeAndLoop() {
    SimulatedEnvironment world = new SimulatedEnvironment(77);
    EventLoop loop = world.environment().loops().create("broken");
    loop.schedule(
        Duration.ofSeconds(3),
        () -> {
          throw new IllegalStateException("why");
        });

    assertThatThrownBy(() -> world.runFor(Duration.ofSeconds(5)))
        .isInstanceOf(SimulationFailure.class)
        .hasMessageContainingAll("seed 77", "PT3S", "broken", "why");
  }

  @Test
  void idsHave25CharactersOfBase36AndDiffer() {
    IdGenerator ids = new SimulatedEnvironment(5).environment().ids();
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 10_000; i++) {
      String id = ids.next();
      assertThat(id).matches("[0-9a-z]{25}");
      seen.add(id);
    }

    assertThat(seen).hasSize(10_000);
    assertThat(new SimulatedEnvironment(5).environment().ids().next()).isIn(seen);
  }
}
