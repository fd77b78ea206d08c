// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.IndeterminateResultException;
import io.jswarm.NotLeaderException;
import io.jswarm.UnavailableException;
import io.jswarm.loop.EventLoop;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * One request on its way to the leader: here first, then wherever the leader is said to be, until
 * one takes it or none is found for a while (S10.6). What was done elsewhere is answered once it
 * shows here too. A request whose fate is unknown is repeated only if that does no harm.
 */
final class LeaderCall<R> {
  /** How long to look for a leader. */
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /** A leader is usually replaced within a tenth of a second: asks soon, then ever more rarely. */
  private static final Duration FIRST_RETRY = Duration.ofMillis(20);

  private static final Duration LAST_RETRY = Duration.ofMillis(250);

  /** Who was just told where the leader is, and is told again, had better wait a little. */
  private static final int HINTS_AT_ONCE = 2;

  /** How long to wait until what was done elsewhere shows here. */
  private static final Duration SHOW = Duration.ofSeconds(5);

  private final Leader local;
  private final EventLoop loop;
  private final ControlClient client;
  private final ControlRequest<R> request;
  private final List<String> via;
  private final CompletableFuture<R> result = new CompletableFuture<>();
  private int attempts;
  private int hints;
  private int failures;
  private Duration retryDelay = FIRST_RETRY;
  private long sinceNanos;

  LeaderCall(Leader local, ControlClient client, ControlRequest<R> request, List<String> via) {
    this.local = local;
    this.loop = local.control().loop();
    this.client = client;
    this.request = request;
    this.via = via;
  }

  /** Any thread; the stage completes on the control loop. */
  CompletionStage<R> start() {
    if (via.isEmpty()) {
      attempt();
    } else {
      loop.execute(this::attempt);
    }
    return result;
  }

  private void attempt() {
    hints = 0;
    if (via.isEmpty()) {
      request
          .execute(local)
          .whenComplete(
              (value, error) -> {
                if (error == null) {
                  result.complete(value);
                } else if (loop.inLoop()) {
                  failed(Calls.unwrapped(error));
                } else {
                  loop.execute(() -> failed(Calls.unwrapped(error)));
                }
              });
    } else {
      ask(via.get(attempts++ % via.size()));
    }
  }

  private void ask(String address) {
    client
        .call(address, request)
        .whenComplete(
            (answer, error) -> {
              if (error == null) {
                done(answer);
              } else {
                failed(error);
              }
            });
  }

  private void failed(Throwable error) {
    if (failures++ == 0) {
      sinceNanos = loop.nanoTime();
    }
    if (error instanceof NotLeaderException elsewhere) {
      if (elsewhere.leader().isPresent() && hints++ < HINTS_AT_ONCE) {
        ask(elsewhere.leader().get());
      } else {
        retry();
      }
    } else if (error instanceof IndeterminateResultException && request.isIdempotent()) {
      retry();
    } else {
      result.completeExceptionally(error);
    }
  }

  private void retry() {
    if (loop.nanoTime() - sinceNanos < PATIENCE.toNanos()) {
      loop.schedule(retryDelay, this::attempt);
      Duration longer = retryDelay.multipliedBy(3).dividedBy(2);
      retryDelay = longer.compareTo(LAST_RETRY) < 0 ? longer : LAST_RETRY;
    } else {
      result.completeExceptionally(
          new UnavailableException("no leader; more than half of the managers must be online"));
    }
  }

  /** The answer is of the type the request asks for: {@link ControlRequest#execute} made it. */
  @SuppressWarnings("unchecked")
  private void done(ControlMessage.Answer answer) {
    R value = (R) answer.value();
    if (local.control().view().version() >= answer.version()) {
      result.complete(value);
    } else {
      new Showing(answer.version(), () -> result.complete(value)).begin();
    }
  }

  /** Waits for a version of this manager's store; not for ever, since the write is done anyway. */
  private final class Showing implements WatchListener {
    private final long version;
    private final Runnable then;
    private @Nullable Watch watch;
    private EventLoop.@Nullable Timer timer;
    private boolean ended;

    Showing(long version, Runnable then) {
      this.version = version;
      this.then = then;
    }

    void begin() {
      timer = loop.schedule(SHOW, this::end);
      watch = local.control().store().watch(loop, Integer.MAX_VALUE, this);
    }

    @Override
    public void onStart(ReadView state) {
      look(state);
    }

    @Override
    public void onCommit(Commit commit, ReadView state) {
      look(state);
    }

    @Override
    public boolean onRestore(ReadView state) {
      look(state);
      return true;
    }

    private void look(ReadView state) {
      if (state.version() >= version) {
        end();
      }
    }

    private void end() {
      if (!ended) {
        ended = true;
        if (watch != null) {
          watch.close();
        }
        if (timer != null) {
          timer.cancel();
        }
        then.run();
      }
    }
  }
}
