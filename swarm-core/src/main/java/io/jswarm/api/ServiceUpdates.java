// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.FailedPreconditionException;
import io.jswarm.UnimplementedException;
import io.jswarm.model.JobStatus;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.UpdateState;
import io.jswarm.model.UpdateStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What an update makes of a service (S1.5). Pure. */
final class ServiceUpdates {
  private ServiceUpdates() {}

  /**
   * The service with a new spec; the old one is kept as the previous.
   *
   * @param version identifies the new spec; that of the transaction
   */
  static Service updated(Service service, ServiceSpec spec, long version, Instant now) {
    ServiceSpec old = service.spec();
    if (!spec.name().equals(old.name())) {
      throw new UnimplementedException(
          "service "
              + old.name()
              + " cannot be renamed to "
              + spec.name()
              + "; create a new one and remove this");
    }
    if (spec.mode().getClass() != old.mode().getClass()) {
      throw new UnimplementedException(
          "service " + old.name() + " cannot change its mode; create a new one and remove this");
    }
    if (!spec.networks().equals(old.networks())
        && spec.task().networks().equals(old.task().networks())) {
      throw new UnimplementedException(
          "service " + old.name() + ": change the networks of the task, not those of the service");
    }
    return service.toBuilder()
        .spec(spec)
        .specVersion(version)
        .previousSpec(old)
        .previousSpecVersion(service.specVersion())
        .updateStatus(null)
        .jobStatus(nextIteration(service, now))
        .build();
  }

  /** The service with spec and previous spec exchanged. */
  static Service rolledBack(Service service, Instant now) {
    ServiceSpec previous = service.previousSpec();
    if (previous == null) {
      throw new FailedPreconditionException(
          "service "
              + service.name()
              + " ("
              + service.id()
              + ") has no previous spec to roll back to");
    }
    return service.toBuilder()
        .spec(previous)
        .specVersion(service.previousSpecVersion())
        .previousSpec(service.spec())
        .previousSpecVersion(service.specVersion())
        .updateStatus(
            new UpdateStatus(
                UpdateState.ROLLBACK_STARTED, now, null, "manually requested rollback"))
        .jobStatus(nextIteration(service, now))
        .build();
  }

  private static @Nullable JobStatus nextIteration(Service service, Instant now) {
    return service.spec().mode().isJob()
        ? new JobStatus(service.jobIteration() + 1, now)
        : service.jobStatus();
  }
}
