// SPDX-License-Identifier: Apache-2.0
package io.jswarm.dispatch;

import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeDescription;
import io.jswarm.transport.Channel;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** What the dispatcher keeps about a node that has a session. Lives on the control loop. */
final class NodeSession {
  /** A timer that is later than this part of a period shows that the loop was held up. */
  private static final int HELD_UP = 4;

  private final String nodeId;
  private final String id;
  private final AssignmentFeed feed;
  private @Nullable Channel channel;
  private @Nullable Pending pending;
  private Duration period = Duration.ZERO;
  private long failsAtNanos;
  private EventLoop.@Nullable Timer failTimer;
  private EventLoop.@Nullable Timer graceTimer;

  /** Highest number of a report taken in, and of one that is durable. */
  long reportTaken;

  long reportAcked;

  NodeSession(String nodeId, String id) {
    this.nodeId = nodeId;
    this.id = id;
    this.feed =
        new AssignmentFeed(
            nodeId,
            slice ->
                send(
                    new ManagerMessage.Assignments(
                        id,
                        slice.stream(),
                        slice.complete(),
                        slice.appliesTo(),
                        slice.resultsIn(),
                        slice.items())));
  }

  String nodeId() {
    return nodeId;
  }

  String id() {
    return id;
  }

  AssignmentFeed feed() {
    return feed;
  }

  Duration period() {
    return period;
  }

  /** A registration that is not durable yet. */
  @Nullable Pending pending() {
    return pending;
  }

  void pending(@Nullable Pending pending) {
    this.pending = pending;
  }

  boolean isConnected() {
    return channel != null;
  }

  boolean uses(Channel other) {
    return channel == other;
  }

  /** Goes on over another channel; what went over the old one may be lost. */
  void bind(Channel channel) {
    if (this.channel != channel) {
      feed.reset();
      this.channel = channel;
    }
    cancelGrace();
  }

  void send(ManagerMessage message) {
    if (channel != null) {
      channel.send(message);
    }
  }

  /** The connection broke: {@code lost} runs unless the agent is back within {@code grace}. */
  void unbind(EventLoop loop, Duration grace, Runnable lost) {
    channel = null;
    feed.reset();
    cancelGrace();
    graceTimer = loop.schedule(grace, lost);
  }

  /**
   * The agent was heard of; it is due again within three of the periods announced to it. When the
   * timer itself rings late, this manager was held up, not the agent, which may have been heard of
   * if anybody had listened: it has another period.
   */
  void heard(EventLoop loop, Runnable failed) {
    failsAtNanos = loop.nanoTime() + period.multipliedBy(3).toNanos();
    if (failTimer == null) {
      watch(loop, failed);
    }
  }

  /** One timer runs at a time, and is set anew only when it rings: heartbeats cost nothing. */
  private void watch(EventLoop loop, Runnable failed) {
    failTimer =
        loop.schedule(
            Duration.ofNanos(failsAtNanos - loop.nanoTime()),
            () -> {
              failTimer = null;
              long late = loop.nanoTime() - failsAtNanos;
              boolean heldUp = late > period.toNanos() / HELD_UP;
              if (late >= 0 && !heldUp) {
                failed.run();
                return;
              }
              if (heldUp) {
                failsAtNanos = loop.nanoTime() + period.toNanos();
              }
              watch(loop, failed);
            });
  }

  /** Announces another period from now on. */
  void period(Duration period) {
    if (failTimer != null && period.compareTo(this.period) < 0) {
      failTimer.cancel(); // it would ring too late
      failTimer = null;
    }
    this.period = Objects.requireNonNull(period);
  }

  /** Ends the session; the channel stays open for the answer to whoever still uses it. */
  void end() {
    feed.reset();
    cancelGrace();
    if (failTimer != null) {
      failTimer.cancel();
    }
  }

  /** Ends the session and its channel. */
  void close() {
    end();
    if (channel != null) {
      channel.close();
      channel = null;
    }
  }

  private void cancelGrace() {
    if (graceTimer != null) {
      graceTimer.cancel();
      graceTimer = null;
    }
  }

  /** A registration on its way to the log. */
  record Pending(long attempt, NodeDescription description, String address) {}
}
