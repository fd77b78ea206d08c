// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.MODE;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.InvalidSpecException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceMode;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.UnaryOperator;

/** Services over the local store. */
final class LocalServices implements Swarm.Services {
  private final Calls calls;
  private final ServiceLogs logs;

  LocalServices(Calls calls, ServiceLogs logs) {
    this.calls = calls;
    this.logs = logs;
  }

  @Override
  public Reply<Service> create(ServiceSpec spec) {
    return calls.submit(new ServiceWrites.Create(spec));
  }

  @Override
  public Reply<List<Service>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("services", Set.of(ID, NAME, LABEL, MODE));
          return Lookup.SERVICES.all(
              view,
              service ->
                  filter.prefix(ID, service.id())
                      && filter.prefix(NAME, service.name())
                      && filter.labels(LABEL, service.spec().labels())
                      && filter.equal(MODE, mode(service.spec().mode())));
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
    return calls.read(view -> Lookup.SERVICES.one(view, idOrName));
  }

  @Override
  public Reply<Service> update(String idOrName, long version, ServiceSpec spec) {
    return calls.submit(new ServiceWrites.Update(idOrName, version, spec));
  }

  @Override
  public Reply<Service> update(String idOrName, UnaryOperator<ServiceSpec> change) {
    return calls.modify(
        tx -> {
          Service service = Lookup.SERVICES.one(tx, idOrName);
          ServiceSpec spec = change.apply(service.spec());
          ServiceRules.requireValid(spec);
          return ServiceWrites.update(tx, service, spec);
        },
        view -> {
          Service service = Lookup.SERVICES.one(view, idOrName);
          return new ServiceWrites.Update(
              service.id(), service.meta().version(), change.apply(service.spec()));
        });
  }

  @Override
  public Reply<Service> rollback(String idOrName) {
    return calls.submit(new ServiceWrites.Rollback(idOrName));
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
    return calls.submit(new ServiceWrites.Remove(idOrName));
  }

  @Override
  public Reply<ServiceCounts> counts(String idOrName) {
    return calls.read(view -> counts(view, Lookup.SERVICES.one(view, idOrName)));
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
    return logs.open(Lookup.SERVICES.one(calls.view(), idOrName), query);
  }

  @Override
  public Reply<Progress> awaitConverged(
      String idOrName, Duration timeout, Consumer<? super Progress> listener) {
    try {
      Service service = Lookup.SERVICES.one(calls.view(), idOrName);
      return calls.reply(Convergence.await(calls.control(), service, timeout, listener));
    } catch (RuntimeException e) {
      return calls.failed(e);
    }
  }
}
