// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.Reply;
import io.jswarm.UnavailableException;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.Environment;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;

/** How API calls reach the store, and how they end when the node does. */
final class Calls {
  private final ControlLoop control;
  private final Environment environment;
  private final Set<Reply<?>> open = Collections.synchronizedSet(new LinkedHashSet<>());
  private volatile boolean closed;

  Calls(ControlLoop control, Environment environment) {
    this.control = control;
    this.environment = environment;
  }

  ControlLoop control() {
    return control;
  }

  Environment environment() {
    return environment;
  }

  /** A transaction of its own. */
  <T> Reply<T> write(Function<? super Tx, T> body) {
    return closed ? failed(closed()) : reply(control.write(body));
  }

  /**
   * A transaction after {@code check} has passed on the caller's thread: bad input never reaches
   * the loop.
   */
  <T> Reply<T> checked(Runnable check, Function<? super Tx, T> body) {
    try {
      check.run();
    } catch (RuntimeException e) {
      return failed(e);
    }
    return write(body);
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
   * The present state.
   *
   * @throws UnavailableException when the node is closed: what it remembers is out of date
   */
  ReadView view() {
    if (closed) {
      throw closed();
    }
    return control.view();
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

  /** Fails what is open, and everything that comes. */
  void close() {
    closed = true;
    List<Reply<?>> left;
    synchronized (open) {
      left = List.copyOf(open);
    }
    left.forEach(reply -> reply.completeExceptionally(closed()));
  }

  private static UnavailableException closed() {
    return new UnavailableException("the manager is closed; use another one");
  }

  String newId() {
    return environment.ids().next();
  }
}
