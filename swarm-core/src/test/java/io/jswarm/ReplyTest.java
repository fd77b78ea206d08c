// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.loop.Environment;
import io.jswarm.loop.SimulatedEnvironment;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReplyTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(1);
  private final CompletableFuture<String> answer = new CompletableFuture<>();
  private final Reply<String> reply = Reply.of(answer, world.environment().awaiter());

  @AfterEach
  void clearInterrupt() {
    Thread.interrupted();
  }

  @Test
  void anAnswerIsWaitedFor() {
    world.schedule(Duration.ofSeconds(59), () -> answer.complete("yes"));

    assertThat(reply.await()).isEqualTo("yes");
  }

  @Test
  void withoutAnAnswerTheResultIsUnknown() {
    assertThatThrownBy(() -> reply.await(Duration.ofSeconds(3)))
        .isInstanceOf(IndeterminateResultException.class)
        .hasMessageContaining("no answer after PT3S")
        .hasMessageContaining("look before you repeat it");
    assertThat(world.elapsed()).isEqualTo(Duration.ofSeconds(3));
  }

  @Test
  void aFailureIsThrownAsItIs() {
    NotFoundException error = new NotFoundException("no such thing");
    answer.completeExceptionally(error);

    assertThatThrownBy(reply::await).isSameAs(error);
    assertThatThrownBy(Reply.of(answer.thenApply(x -> x), world.environment().awaiter())::await)
        .isSameAs(error);
  }

  @Test
  void anInterruptEndsTheWaitAndSaysSo() {
    try (Environment system = Environment.system()) {
      Reply<String> real = Reply.of(answer, system.awaiter());
      Thread.currentThread().interrupt();

      assertThatThrownBy(real::await)
          .isInstanceOf(IndeterminateResultException.class)
          .hasMessageContaining("interrupted");
      assertThat(Thread.interrupted()).isTrue();
    }
  }

  @Test
  void asyncStagesNeedAnExecutor() {
    assertThatThrownBy(() -> reply.thenApplyAsync(x -> x))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("name an executor");
  }
}
