// SPDX-License-Identifier: Apache-2.0
package io.jswarm.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EventLoopTest {
  private final Environment environment = Environment.system();
  private final EventLoop loop = environment.loops().create("test");

  @AfterEach
  void close() {
    loop.close();
    environment.close();
  }

  @Test
  void inputsOfEachCallerRunInOrderOnOneThread() throws Exception {
    List<String> seen = Collections.synchronizedList(new ArrayList<>());
    CountDownLatch done = new CountDownLatch(4);
    for (int caller = 0; caller < 4; caller++) {
      int id = caller;
      environment
          .blocking()
          .execute(
              () -> {
                for (int i = 0; i < 1_000; i++) {
                  String input = id + ":" + i;
                  loop.execute(() -> seen.add(input));
                }
                loop.execute(done::countDown);
              });
    }

    assertThat(done.await(20, TimeUnit.SECONDS)).isTrue();
    for (int caller = 0; caller < 4; caller++) {
      String prefix = caller + ":";
      List<String> own = seen.stream().filter(input -> input.startsWith(prefix)).toList();
      for (int i = 0; i < 1_000; i++) {
        assertThat(own.get(i)).isEqualTo(prefix + i);
      }
    }
  }

  @Test
  void timersFireInOrderOfTheirTimeAndCancelledOnesDoNot() throws Exception {
    List<Integer> fired = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> last = new CompletableFuture<>();
    loop.schedule(Duration.ofMillis(30), () -> fired.add(3));
    loop.schedule(Duration.ofMillis(10), () -> fired.add(1));
    EventLoop.Timer cancelled = loop.schedule(Duration.ofMillis(20), () -> fired.add(2));
    loop.schedule(Duration.ofMillis(60), () -> last.complete(null));
    cancelled.cancel();

    last.get(20, TimeUnit.SECONDS);

    assertThat(fired).containsExactly(1, 3);
  }

  @Test
  void timeStandsStillWithinATurnAndStateIsGuarded() throws Exception {
    CompletableFuture<List<Long>> readings = new CompletableFuture<>();
    loop.execute(
        () -> {
          loop.assertInLoop();
          long first = loop.nanoTime();
          while (environment.time().nanoTime() - first < 1_000_000) {
            Thread.onSpinWait();
          }
          readings.complete(List.of(first, loop.nanoTime()));
        });

    assertThat(readings.get(20, TimeUnit.SECONDS)).containsOnly(readings.get().get(0));
    assertThat(loop.inLoop()).isFalse();
    assertThatThrownBy(loop::assertInLoop)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("test");
    assertThatThrownBy(loop::now).isInstanceOf(IllegalStateException.class);
  }

  @Test
  void aFailingInputDoesNotEndTheLoop() throws Exception {
    CompletableFuture<String> after = new CompletableFuture<>();
    loop.execute(
        () -> {
          throw new IllegalStateException("expected in this test");
        });
    loop.execute(() -> after.complete("alive"));

    assertThat(after.get(20, TimeUnit.SECONDS)).isEqualTo("alive");
  }

  @Test
  void turnEndHooksRunOncePerTurnAfterAllThatWaited() throws Exception {
    List<String> trace = Collections.synchronizedList(new ArrayList<>());
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          loop.execute(() -> trace.add("b"));
          loop.execute(() -> trace.add("c"));
          loop.execute(() -> loop.execute(() -> done.complete(null)));
          loop.onTurnEnd(() -> trace.add("end"));
          trace.add("a");
        });

    done.get(20, TimeUnit.SECONDS);
    assertThat(trace).startsWith("a", "end", "b", "c", "end");
  }

  @Test
  void nothingRunsAfterCloseAndNoThreadIsLeft() {
    loop.execute(() -> {});
    loop.close();
    loop.execute(
        () -> {
          throw new AssertionError("must not run");
        });
    environment.close();

    assertThat(Thread.getAllStackTraces().keySet())
        .extracting(Thread::getName)
        .doesNotContain("jswarm-test")
        .noneMatch(name -> name.startsWith("jswarm-blocking"));
  }
}
