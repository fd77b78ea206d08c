// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class NodeSessionTest {
  private final LateLoop loop = new LateLoop();
  private final NodeSession session = new NodeSession("n1", "s1");
  private int failures;

  private void heard() {
    session.period(Duration.ofSeconds(1));
    session.heard(loop, () -> failures++);
  }

  @Test
  void c9_1_anAgentIsLostAfterThreeSilentPeriods() {
    heard();

    loop.ringAt(Duration.ofSeconds(3));

    assertThat(failures).isEqualTo(1);
  }

  /** A pause of the whole process, say: what agents sent meanwhile has not been read yet. */
  @Test
  void aManagerThatWasHeldUpItselfGivesAgentsAnotherPeriod() {
    heard();

    loop.ringAt(Duration.ofMillis(3_600));
    assertThat(failures).as("after the pause").isZero();
    loop.ringAt(Duration.ofMillis(4_600));

    assertThat(failures).as("a period later").isEqualTo(1);
  }

  @Test
  void anAgentThatIsHeardAfterThePauseGoesOn() {
    heard();

    loop.ringAt(Duration.ofMillis(3_600));
    heard();
    loop.ringAt(Duration.ofMillis(4_600));

    assertThat(failures).isZero();
    loop.ringAt(Duration.ofMillis(6_600));
    assertThat(failures).isEqualTo(1);
  }

  /** Rings when the test says so. */
  private static final class LateLoop implements EventLoop {
    private final Deque<Runnable> timers = new ArrayDeque<>();
    private Duration time = Duration.ZERO;

    void ringAt(Duration time) {
      this.time = time;
      timers.remove().run();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
      timers.add(task);
      return () -> timers.remove(task);
    }

    @Override
    public String name() {
      return "late";
    }

    @Override
    public void execute(Runnable input) {
      input.run();
    }

    @Override
    public boolean inLoop() {
      return true;
    }

    @Override
    public long nanoTime() {
      return time.toNanos();
    }

    @Override
    public Instant now() {
      return Instant.EPOCH.plus(time);
    }

    @Override
    public void onTurnEnd(Runnable hook) {}

    @Override
    public void close() {}
  }
}
