// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.loop.EventLoop;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.Receiver;
import io.jswarm.transport.Transport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/** Asks other managers, in this manager's own name. On the control loop. */
final class ControlClient implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(2);
  private static final Duration PING = Duration.ofSeconds(1);

  /** A manager that leaves so many pings unanswered is gone. */
  private static final int UNANSWERED = 3;

  /** An answer may take its time: a manager that is added has to catch up first. */
  private static final Duration ANSWER = Duration.ofSeconds(60);

  private static final Duration IDLE = Duration.ofSeconds(30);

  private final EventLoop loop;
  private final Transport transport;
  private final PeerIdentity self;
  private final Map<String, Connection> connections = new TreeMap<>();

  ControlClient(EventLoop loop, Transport transport, PeerIdentity self) {
    this.loop = loop;
    this.transport = transport;
    this.self = self;
  }

  /**
   * Asks the manager at {@code address}. Fails with what it failed with there; with {@link
   * NotLeaderException} without a leader when that manager cannot be reached, so that certainly
   * nothing was done; with {@link IndeterminateResultException} when the connection broke before
   * the answer.
   */
  CompletionStage<ControlMessage.Answer> call(String address, ControlRequest<?> request) {
    loop.assertInLoop();
    Connection connection = connections.get(address);
    if (connection == null) {
      connection = new Connection(address);
      connections.put(address, connection);
      connection.open();
    }
    return connection.call(request);
  }

  /** Whoever waits for an answer is told that none comes. */
  @Override
  public void close() {
    loop.assertInLoop();
    new ArrayList<>(connections.values()).forEach(each -> each.end("this manager is closing"));
  }

  private final class Connection implements Receiver {
    private final String address;
    private final List<ControlMessage.Call> waiting = new ArrayList<>();
    private final Map<Long, CompletableFuture<ControlMessage.Answer>> open = new TreeMap<>();
    private @Nullable Channel channel;
    private boolean welcome;
    private boolean ended;
    private boolean pinging;
    private int unanswered;
    private long lastId;

    Connection(String address) {
      this.address = address;
    }

    void open() {
      channel = transport.connect(address, ChannelKind.CONTROL, self, loop, this);
      loop.schedule(
          CONNECT,
          () -> {
            if (!welcome) {
              end("manager " + address + " does not answer");
            }
          });
    }

    CompletionStage<ControlMessage.Answer> call(ControlRequest<?> request) {
      ControlMessage.Call call = new ControlMessage.Call(++lastId, request);
      CompletableFuture<ControlMessage.Answer> answer = new CompletableFuture<>();
      open.put(call.id(), answer);
      if (welcome) {
        send(call);
      } else {
        waiting.add(call);
      }
      return answer;
    }

    private void send(ControlMessage.Call call) {
      if (channel != null) {
        channel.send(call);
      }
      if (!pinging) {
        unanswered = 0;
        ping();
      }
      loop.schedule(
          ANSWER,
          () -> {
            if (open.containsKey(call.id())) {
              end("no answer from manager " + address + " after " + ANSWER);
            }
          });
    }

    private void ping() {
      pinging = !ended && !open.isEmpty();
      if (pinging && unanswered++ == UNANSWERED) {
        end("manager " + address + " has fallen silent");
      } else if (pinging && channel != null) {
        channel.send(new ControlMessage.Ping());
        loop.schedule(PING, this::ping);
      }
    }

    @Override
    public void onMessage(Message message) {
      unanswered = 0;
      if (message instanceof ControlMessage.Welcome && !welcome) {
        welcome = true;
        waiting.forEach(this::send);
        waiting.clear();
      } else if (message instanceof ControlMessage.Answer answer) {
        CompletableFuture<ControlMessage.Answer> asked = open.remove(answer.id());
        if (asked != null) {
          asked.complete(answer);
          closeWhenIdle();
        }
      } else if (message instanceof ControlMessage.Failure failure) {
        CompletableFuture<ControlMessage.Answer> asked = open.remove(failure.id());
        if (asked != null) {
          asked.completeExceptionally(failure.toException());
          closeWhenIdle();
        }
      }
    }

    private void closeWhenIdle() {
      long seen = lastId;
      loop.schedule(
          IDLE,
          () -> {
            if (seen == lastId && open.isEmpty()) {
              end("idle");
            }
          });
    }

    @Override
    public void onClosed(String reason) {
      end("the connection to manager " + address + " ended: " + reason);
    }

    void end(String why) {
      if (ended) {
        return;
      }
      ended = true;
      connections.remove(address, this);
      if (channel != null) {
        channel.close();
      }
      waiting.forEach(
          call -> {
            CompletableFuture<?> asked = open.remove(call.id());
            if (asked != null) {
              asked.completeExceptionally(new NotLeaderException(why, null));
            }
          });
      waiting.clear();
      open.values()
          .forEach(
              asked ->
                  asked.completeExceptionally(
                      new IndeterminateResultException(
                          why + "; the call may still take effect: look before you repeat it")));
      open.clear();
    }
  }
}
