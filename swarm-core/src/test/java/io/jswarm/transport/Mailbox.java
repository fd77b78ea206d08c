// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import static org.assertj.core.api.Assertions.assertThat;

import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Takes what comes out of a channel, and has a test wait for it. Thread-safe. */
public final class Mailbox implements Receiver {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final EventLoop loop;
  private final List<Message> messages = new ArrayList<>();
  private final List<String> closed = new ArrayList<>();
  private boolean misused;

  /** A mailbox that insists on being called on {@code loop}. */
  public Mailbox(EventLoop loop) {
    this.loop = loop;
  }

  @Override
  public synchronized void onMessage(Message message) {
    misused |= !loop.inLoop() || !closed.isEmpty();
    messages.add(message);
    notifyAll();
  }

  @Override
  public synchronized void onClosed(String reason) {
    misused |= !loop.inLoop() || !closed.isEmpty();
    closed.add(reason);
    notifyAll();
  }

  /** All messages, once there are that many. */
  public synchronized List<Message> awaitMessages(int count) {
    await(() -> messages.size() >= count, PATIENCE);
    return List.copyOf(messages);
  }

  /** Why the channel ended, once it did. */
  public String awaitClosed() {
    return awaitClosed(PATIENCE);
  }

  /** The same within a time. */
  public synchronized String awaitClosed(Duration within) {
    await(() -> !closed.isEmpty(), within);
    assertThat(closed).hasSize(1);
    return closed.get(0);
  }

  /** What came so far. */
  public synchronized List<Message> messages() {
    return List.copyOf(messages);
  }

  /** Whether the channel ended. */
  public synchronized boolean isClosed() {
    return !closed.isEmpty();
  }

  private synchronized void await(BooleanSupplier condition, Duration within) {
    long until = System.nanoTime() + within.toNanos();
    while (!condition.getAsBoolean()) {
      long left = until - System.nanoTime();
      assertThat(left)
          .as("time left; %s messages so far, closed: %s", messages.size(), closed)
          .isPositive();
      try {
        wait(left / 1_000_000 + 1);
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
    assertThat(misused).as("called off its loop or after the end").isFalse();
  }
}
