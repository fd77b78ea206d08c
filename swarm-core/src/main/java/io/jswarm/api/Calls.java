// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.NotLeaderException;
import io.jswarm.Reply;
import io.jswarm.UnavailableException;
import io.jswarm.VersionConflictException;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * How API calls reach the store: reads this manager's own, writes the leader, whoever that is; and
 * how they end when the node does.
 */
final class Calls {
  private static final int MOST_CONFLICTS = 100;

  private final Leader local;
  private final Environment environment;
  private final ControlClient client;
  private final Set<Reply<?>> open = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean closed;

  Calls(Leader local, Environment environment, ControlClient client) {
    this.local = local;
    this.environment = environment;
    this.client = client;
  }

  Leader local() {
    return local;
  }

  ControlLoop control() {
    return local.control();
  }

  Environment environment() {
    return environment;
  }

  /** Has the leader do something; bad input never reaches the loop. */
  <R> Reply<R> submit(ControlRequest<R> request) {
    return submit(request, List.of());
  }

  /**
   * The same by way of other managers, for one that does not know the leader yet.
   *
   * @param via addresses to begin with; empty = this manager
   */
  <R> Reply<R> submit(ControlRequest<R> request, List<String> via) {
    try {
      request.check();
    } catch (RuntimeException e) {
      return failed(e);
    }
    return closed ? failed(closed()) : reply(asked(request, via));
  }

  private <R> CompletionStage<R> asked(ControlRequest<R> request, List<String> via) {
    return new LeaderCall<>(local, client, request, via).start();
  }

  /**
   * Changes an object by a function of it. On the leader that is one transaction. A manager that
   * does not lead reads, applies the function and has the leader write what came out, until nobody
   * else was faster.
   *
   * @param change the transaction
   * @param request the same as a request, from a state that is up to date
   */
  <R> Reply<R> modify(
      Function<? super Tx, R> change, Function<ReadView, ? extends ControlRequest<R>> request) {
    if (closed) {
      return failed(closed());
    }
    return reply(
        recovering(
            control().write(change),
            NotLeaderException.class,
            () -> modifyElsewhere(request, MOST_CONFLICTS)));
  }

  private <R> CompletionStage<R> modifyElsewhere(
      Function<ReadView, ? extends ControlRequest<R>> request, int conflictsLeft) {
    CompletionStage<R> attempt =
        asked(new ManagerRequests.Barrier(), List.of())
            .thenCompose(
                version -> {
                  ControlRequest<R> next = request.apply(view());
                  next.check();
                  return asked(next, List.of());
                });
    return conflictsLeft == 0
        ? attempt
        : recovering(
            attempt,
            VersionConflictException.class,
            () -> modifyElsewhere(request, conflictsLeft - 1));
  }

  private static <R> CompletionStage<R> recovering(
      CompletionStage<R> stage,
      Class<? extends Throwable> from,
      Supplier<CompletionStage<R>> instead) {
    CompletableFuture<R> result = new CompletableFuture<>();
    stage.whenComplete(
        (value, error) -> {
          Throwable cause = error == null ? null : unwrapped(error);
          if (cause == null) {
            result.complete(value);
          } else if (from.isInstance(cause)) {
            instead
                .get()
                .whenComplete(
                    (again, failure) -> {
                      if (failure == null) {
                        result.complete(again);
                      } else {
                        result.completeExceptionally(unwrapped(failure));
                      }
                    });
          } else {
            result.completeExceptionally(cause);
          }
        });
    return result;
  }

  static Throwable unwrapped(Throwable error) {
    return error instanceof CompletionException && error.getCause() != null
        ? error.getCause()
        : error;
  }

  <T> Reply<T> failed(RuntimeException error) {
    return reply(CompletableFuture.failedFuture(error));
  }

  /** A look at the present state, in the caller's thread. */
  <T> Reply<T> read(Function<? super ReadView, T> body) {
    try {
      return reply(CompletableFuture.completedFuture(body.apply(view())));
    } catch (RuntimeException e) {
      return failed(e);
    }
  }

  /**
   * The present state, as far as this manager has heard of it.
   *
   * @throws UnavailableException when the node is closed: what it remembers is out of date
   */
  ReadView view() {
    if (closed) {
      throw closed();
    }
    return control().view();
  }

  /** A reply that is failed if it is still open when the node ends. */
  <T> Reply<T> reply(CompletionStage<T> stage) {
    Reply<T> reply = Reply.of(stage, environment.awaiter());
    if (!reply.isDone()) {
      open.add(reply);
      stage.whenComplete((value, error) -> open.remove(reply));
      if (closed) {
        reply.completeExceptionally(closed());
      }
    }
    return reply;
  }

  /** Fails what is open, and everything that comes. On the control loop. */
  void close() {
    closed = true;
    client.close();
    List<Reply<?>> left;
    synchronized (open) {
      left = List.copyOf(open);
    }
    left.forEach(reply -> reply.completeExceptionally(closed()));
  }

  private static UnavailableException closed() {
    return new UnavailableException("the manager is closed; use another one");
  }
}
