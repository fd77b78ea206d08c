// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples.node;

import io.jswarm.api.Progress;
import io.jswarm.model.Service;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CancellationException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;

/** Waits until a service runs as it should, and says how far it is. */
final class ConvergenceWait {
  /** Users end the waiting, not time. */
  private static final Duration FOR_EVER = Duration.ofDays(30);

  private ConvergenceWait() {}

  static void of(NodeSession session, Service service) {
    BlockingQueue<Optional<Progress>> steps = new LinkedBlockingQueue<>();
    AtomicBoolean gone = new AtomicBoolean();
    var converged =
        session
            .swarm()
            .services()
            .awaitConverged(
                service.id(),
                FOR_EVER,
                progress -> {
                  if (gone.get()) {
                    throw new CancellationException("nobody waits any more");
                  }
                  steps.add(Optional.of(progress));
                });
    var told = converged.whenComplete((progress, error) -> steps.add(Optional.empty()));
    try {
      String last = "";
      for (Optional<Progress> step = steps.take(); step.isPresent(); step = steps.take()) {
        String text = step.get().text();
        if (!text.equals(last)) {
          session.out().println("overall progress: " + text);
          last = text;
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      gone.set(true);
      told.cancel(false);
    }
    converged.await();
    session.out().println("verify: Service " + service.id() + " converged");
  }
}
