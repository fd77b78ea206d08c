// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.MODE;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.InvalidSpecException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.VersionConflictException;
import io.jswarm.model.JobStatus;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Services over the local store. */
final class LocalServices implements Swarm.Services {
  private final Calls calls;
  private final LogSource logs;

  LocalServices(Calls calls, LogSource logs) {
    this.calls = calls;
    this.logs = logs;
  }

  @Override
  public Reply<Service> create(ServiceSpec spec) {
    return calls.checked(
        () -> ServiceRules.requireValid(spec),
        tx -> {
          ServiceRules.requireFits(tx, spec, "", true);
          return tx.create(fresh(calls.newId(), spec, tx));
        });
  }

  private static Service fresh(String id, ServiceSpec spec, Tx tx) {
    Service service = Service.of(id, spec);
    return service.toBuilder()
        .specVersion(tx.version())
        .jobStatus(spec.mode().isJob() ? new JobStatus(0, tx.now()) : null)
        .build();
  }

  @Override
  public Reply<List<Service>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("services", Set.of(ID, NAME, LABEL, MODE));
          List<Service> found = new ArrayList<>();
          for (Service service : view.services()) {
            if (filter.prefix(ID, service.id())
                && filter.prefix(NAME, service.name())
                && filter.labels(LABEL, service.spec().labels())
                && filter.equal(MODE, mode(service.spec().mode()))) {
              found.add(service);
            }
          }
          return List.copyOf(found);
        });
  }

  private static String mode(ServiceMode mode) {
    if (mode instanceof ServiceMode.Replicated) {
      return "replicated";
    } else if (mode instanceof ServiceMode.Global) {
      return "global";
    } else if (mode instanceof ServiceMode.ReplicatedJob) {
      return "replicated-job";
    } else if (mode instanceof ServiceMode.GlobalJob) {
      return "global-job";
    }
    throw new AssertionError(mode);
  }

  @Override
  public Reply<Service> inspect(String idOrName) {
    return calls.read(view -> Lookup.service(view, idOrName));
  }

  @Override
  public Reply<Service> update(String idOrName, long version, ServiceSpec spec) {
    return calls.checked(
        () -> ServiceRules.requireValid(spec),
        tx -> {
          Service service = Lookup.service(tx, idOrName);
          requireVersion(service, version);
          Service updated = ServiceUpdates.updated(service, spec, tx.version(), tx.now());
          boolean ports = !spec.endpoint().equals(service.spec().endpoint());
          ServiceRules.requireFits(tx, spec, service.id(), ports);
          return tx.update(updated);
        });
  }

  private static void requireVersion(Service service, long version) {
    if (service.meta().version() != version) {
      throw new VersionConflictException(
          "update out of sequence: service "
              + service.name()
              + " ("
              + service.id()
              + ") is at version "
              + service.meta().version()
              + ", the update was made from version "
              + version
              + "; read it again and repeat the change");
    }
  }

  @Override
  public Reply<Service> update(String idOrName, UnaryOperator<ServiceSpec> change) {
    return calls.retrying(
        () -> {
          Service service;
          ServiceSpec changed;
          try {
            service = Lookup.service(calls.control().view(), idOrName);
            changed = change.apply(service.spec());
          } catch (RuntimeException e) {
            return calls.failed(e);
          }
          return update(service.id(), service.meta().version(), changed);
        });
  }

  @Override
  public Reply<Service> rollback(String idOrName) {
    return calls.write(
        tx -> tx.update(ServiceUpdates.rolledBack(Lookup.service(tx, idOrName), tx.now())));
  }

  @Override
  public Reply<Service> scale(String idOrName, long replicas) {
    return update(
        idOrName,
        spec -> {
          if (!(spec.mode() instanceof ServiceMode.Replicated)) {
            throw new InvalidSpecException(
                "service " + spec.name(), "mode", "only replicated services can be scaled");
          }
          return spec.toBuilder().replicas(replicas).build();
        });
  }

  @Override
  public Reply<Service> remove(String idOrName) {
    return calls.write(
        tx -> {
          Service service = Lookup.service(tx, idOrName);
          tx.delete(service);
          return service;
        });
  }

  @Override
  public Reply<ServiceCounts> counts(String idOrName) {
    return calls.read(view -> counts(view, Lookup.service(view, idOrName)));
  }

  private static ServiceCounts counts(ReadView view, Service service) {
    long wanted = 0;
    long running = 0;
    long completed = 0;
    boolean job = service.spec().mode().isJob();
    for (Task task : view.tasksOfService(service.id())) {
      if (job && task.jobIteration() != service.jobIteration()) {
        continue;
      }
      if (task.state() == TaskState.RUNNING) {
        running++;
      } else if (job && task.state() == TaskState.COMPLETE) {
        completed++;
      }
      if (task.desiredState() == (job ? TaskState.COMPLETE : TaskState.RUNNING)
          && task.state() != TaskState.COMPLETE) {
        wanted++;
      }
    }
    return new ServiceCounts(desired(service.spec().mode(), wanted), running, completed);
  }

  private static long desired(ServiceMode mode, long wantedTasks) {
    if (mode instanceof ServiceMode.Replicated replicated) {
      return replicated.replicas();
    } else if (mode instanceof ServiceMode.ReplicatedJob job) {
      return job.maxConcurrent();
    }
    return wantedTasks;
  }

  @Override
  public LogReader logs(String idOrName, LogQuery query) {
    return logs.open(Lookup.service(calls.control().view(), idOrName), query);
  }

  @Override
  public Reply<Progress> awaitConverged(
      String idOrName, Duration timeout, Consumer<? super Progress> listener) {
    try {
      Service service = Lookup.service(calls.control().view(), idOrName);
      return calls.reply(Convergence.await(calls.control(), service, timeout, listener));
    } catch (RuntimeException e) {
      return calls.failed(e);
    }
  }
}
