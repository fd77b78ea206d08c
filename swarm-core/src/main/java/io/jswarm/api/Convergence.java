// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.NotFoundException;
import io.jswarm.UnavailableException;
import io.jswarm.control.ControlLoop;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.Service;
import io.jswarm.model.Task;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.StoreEvent;
import io.jswarm.store.Watch;
import io.jswarm.store.WatchListener;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Follows one service until it has converged, has failed, or time is up. Lives on the control loop.
 */
final class Convergence implements WatchListener {
  private final EventLoop loop;
  private final String serviceId;
  private final String name;
  private final Duration timeout;
  private final Consumer<? super Progress> listener;
  private final CompletableFuture<Progress> done = new CompletableFuture<>();
  private @Nullable Progress last;

  private Convergence(
      EventLoop loop, Service service, Duration timeout, Consumer<? super Progress> listener) {
    this.loop = loop;
    this.serviceId = service.id();
    this.name = service.name();
    this.timeout = timeout;
    this.listener = listener;
  }

  static CompletionStage<Progress> await(
      ControlLoop control, Service service, Duration timeout, Consumer<? super Progress> listener) {
    Convergence convergence = new Convergence(control.loop(), service, timeout, listener);
    Watch watch = control.store().watch(control.loop(), Integer.MAX_VALUE, convergence);
    EventLoop.Timer timer = control.loop().schedule(timeout, convergence::giveUp);
    return convergence.done.whenComplete(
        (progress, error) -> {
          timer.cancel();
          watch.close();
        });
  }

  @Override
  public void onStart(ReadView state) {
    look(state);
  }

  @Override
  public void onCommit(Commit commit, ReadView state) {
    if (commit.events().stream().anyMatch(this::concerns)) {
      look(state);
    }
  }

  @Override
  public boolean onRestore(ReadView state) {
    look(state);
    return true;
  }

  private boolean concerns(StoreEvent event) {
    return event.object() instanceof Task task
        ? task.serviceId().equals(serviceId)
        : event.object().id().equals(serviceId);
  }

  private void look(ReadView state) {
    loop.assertInLoop();
    if (done.isDone()) {
      return;
    }
    Service service = state.service(serviceId).orElse(null);
    if (service == null) {
      done.completeExceptionally(
          new NotFoundException(
              "service " + name + " was removed while waiting for it to converge"));
      return;
    }
    Progress progress = ProgressView.of(state, service);
    if (!progress.equals(last)) {
      last = progress;
      tell(progress);
    }
    if (progress.converged()) {
      done.complete(progress);
    } else {
      hopeless(state, service, progress).ifPresent(done::completeExceptionally);
    }
  }

  /** A listener that fails ends the wait with its failure. */
  private void tell(Progress progress) {
    try {
      listener.accept(progress);
    } catch (RuntimeException e) {
      done.completeExceptionally(e);
    }
  }

  private static Optional<RuntimeException> hopeless(
      ReadView state, Service service, Progress progress) {
    UpdateStatus update = service.updateStatus();
    if (update != null
        && (update.state() == UpdateState.PAUSED
            || update.state() == UpdateState.ROLLBACK_PAUSED)) {
      return Optional.of(
          new FailedPreconditionException(
              "the update of service "
                  + service.name()
                  + " is paused: "
                  + update.message()
                  + "; update it again to go on"));
    }
    return ProgressView.givenUp(state, service)
        .map(
            task ->
                new FailedPreconditionException(
                    progress.text()
                        + "; "
                        + task.displayName()
                        + " ended and its restart policy forbids another attempt: "
                        + Progress.reason(task)));
  }

  private void giveUp() {
    String missing = last == null ? "" : ": " + last.text();
    done.completeExceptionally(
        new UnavailableException(
            "service " + name + " has not converged after " + timeout + missing));
  }
}
