// SPDX-License-Identifier: Apache-2.0
package io.jswarm.docker;

import com.github.dockerjava.api.exception.NotFoundException;
import com.github.dockerjava.api.model.Container;
import com.github.dockerjava.api.model.Event;
import com.github.dockerjava.api.model.EventActor;
import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.EventLoop;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for things to become true of containers.
 *
 * <p>One event stream of the engine serves all containers, where the engine's wait call would take
 * a connection and a thread each. Events are only hints to look again: what counts is what an
 * inspection says. So nothing is lost when the engine restarts, drops events, or something happens
 * before the stream is open: a slow sweep and a look after each reconnection find it.
 *
 * <p>State is owned by the loop; {@link #until} and {@link #close} may be called from any thread.
 */
final class ContainerWatch {
  private static final Logger LOG = LoggerFactory.getLogger(ContainerWatch.class);
  private static final Duration SWEEP = Duration.ofSeconds(5);

  /** The engine answers a moment before it subscribes; what falls between is seen then. */
  private static final Duration SETTLE = Duration.ofMillis(500);

  private static final Duration FIRST_RETRY = Duration.ofMillis(100);
  private static final int LONGEST_RETRY_SHIFT = 5;

  private final EngineClient engine;
  private final EventLoop loop;
  private final Map<String, Watched> watched = new LinkedHashMap<>();
  private @Nullable Events events;
  private boolean sweeping;
  private int failedConnections;
  private boolean closed;

  ContainerWatch(EngineClient engine, EventLoop loop) {
    this.engine = engine;
    this.loop = loop;
  }

  /**
   * Waits until a container meets a condition, or is gone.
   *
   * @param condition called on the loop
   * @return completes on the loop with the state that met the condition, empty when the container
   *     is gone; completing it from outside ends the wait. An absent engine does not end it.
   */
  CompletableFuture<Optional<ContainerSnapshot>> until(
      String containerId, Predicate<ContainerSnapshot> condition) {
    Observer observer = new Observer(condition, new CompletableFuture<>());
    loop.execute(() -> add(containerId, observer));
    return observer.result();
  }

  private void add(String containerId, Observer observer) {
    if (closed) {
      observer.result().completeExceptionally(ended());
      return;
    }
    Watched container = watched.computeIfAbsent(containerId, Watched::new);
    container.observers.add(observer);
    connect();
    look(container);
    scheduleSweep(SWEEP);
  }

  private void look(Watched container) {
    if (container.looking) {
      container.lookAgain = true;
      return;
    }
    container.looking = true;
    var unused =
        engine
            .call("inspect container " + container.id, () -> inspect(container.id))
            .whenComplete((state, error) -> loop.execute(() -> looked(container, state, error)));
  }

  private Optional<ContainerSnapshot> inspect(String containerId) {
    try {
      return Optional.of(
          ContainerSnapshot.of(engine.calls().inspectContainerCmd(containerId).exec()));
    } catch (NotFoundException e) {
      return Optional.empty();
    }
  }

  private void looked(
      Watched container, Optional<ContainerSnapshot> state, @Nullable Throwable error) {
    container.looking = false;
    if (error != null) {
      LOG.atDebug().addKeyValue("container", container.id).setCause(error).log("not inspected");
    } else {
      container.observers.removeIf(observer -> observer.isDone(state));
      if (container.observers.isEmpty()) {
        watched.remove(container.id);
        return;
      }
    }
    if (container.lookAgain) {
      container.lookAgain = false;
      look(container);
    }
  }

  private void lookAtAll() {
    List.copyOf(watched.values()).forEach(this::look);
  }

  private void scheduleSweep(Duration delay) {
    if (!sweeping) {
      sweeping = true;
      var unused = loop.schedule(delay, this::sweep);
    }
  }

  private void sweep() {
    sweeping = false;
    if (closed || watched.isEmpty()) {
      return;
    }
    var unused =
        engine
            .call("list containers", this::containersWithoutNews)
            .whenComplete((quiet, error) -> loop.execute(() -> swept(quiet)));
  }

  /** Ids of containers of which the list alone says that they just run. */
  private List<String> containersWithoutNews() {
    List<String> quiet = new ArrayList<>();
    for (Container container :
        engine.calls().listContainersCmd().withLabelFilter(List.of(ContainerRequest.TASK)).exec()) {
      boolean healthcheck = String.valueOf(container.getStatus()).contains("health");
      if ("running".equals(container.getState()) && !healthcheck) {
        quiet.add(container.getId());
      }
    }
    return quiet;
  }

  private void swept(@Nullable List<String> quiet) {
    if (quiet != null) {
      for (Watched container : List.copyOf(watched.values())) {
        if (!quiet.contains(container.id)) {
          look(container);
        }
      }
    }
    scheduleSweep(SWEEP);
  }

  private void connect() {
    if (events == null && !closed) {
      Events stream = new Events();
      events = stream;
      engine
          .streams()
          .eventsCmd()
          .withEventTypeFilter("container")
          .withLabelFilter(ContainerRequest.TASK)
          .withEventFilter("start", "die", "destroy", "health_status")
          .exec(stream);
    }
  }

  private void connected(Events stream) {
    if (stream == events) {
      failedConnections = 0;
      lookAtAll();
      var unused = loop.schedule(SETTLE, this::lookAtAll);
    }
  }

  private void disconnected(Events stream, @Nullable Throwable error) {
    if (stream != events) {
      return;
    }
    LOG.atDebug().setCause(error).log("the engine's event stream ended");
    if (closed) {
      events = null;
      return;
    }
    Duration delay =
        FIRST_RETRY.multipliedBy(1L << Math.min(failedConnections, LONGEST_RETRY_SHIFT));
    failedConnections++;
    var unused = loop.schedule(delay, () -> reconnect(stream));
  }

  private void reconnect(Events lost) {
    if (lost == events) {
      events = null;
      if (!watched.isEmpty()) {
        connect();
      }
    }
  }

  private void happened(String containerId) {
    Watched container = watched.get(containerId);
    if (container != null) {
      look(container);
    }
  }

  /** Fails all waits: nothing looks any more. Completes on the loop once that is done. */
  CompletableFuture<Void> close() {
    CompletableFuture<Void> done = new CompletableFuture<>();
    loop.execute(
        () -> {
          closed = true;
          if (events != null) {
            events.close();
          }
          for (Watched container : watched.values()) {
            container.observers.forEach(o -> o.result().completeExceptionally(ended()));
          }
          watched.clear();
          done.complete(null);
        });
    return done;
  }

  private static TaskRuntimeException ended() {
    return new TaskRuntimeException("the runtime was closed", true);
  }

  /** A container somebody waits for. */
  private static final class Watched {
    final String id;
    final List<Observer> observers = new ArrayList<>();
    boolean looking;
    boolean lookAgain;

    Watched(String id) {
      this.id = id;
    }
  }

  private record Observer(
      Predicate<ContainerSnapshot> condition,
      CompletableFuture<Optional<ContainerSnapshot>> result) {
    boolean isDone(Optional<ContainerSnapshot> state) {
      if (!result.isDone() && state.map(condition::test).orElse(true)) {
        result.complete(state);
      }
      return result.isDone();
    }
  }

  private final class Events extends StreamCallback<Event> {
    @Override
    void opened() {
      loop.execute(() -> connected(this));
    }

    @Override
    void element(Event event) {
      EventActor actor = event.getActor();
      String id = actor == null ? event.getId() : actor.getId();
      if (id != null) {
        loop.execute(() -> happened(id));
      }
    }

    @Override
    void ended(@Nullable Throwable error) {
      loop.execute(() -> disconnected(this, error));
    }
  }
}
