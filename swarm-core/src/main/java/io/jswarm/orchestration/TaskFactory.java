// SPDX-License-Identifier: Apache-2.0
package io.jswarm.orchestration;

import io.jswarm.loop.IdGenerator;
import io.jswarm.model.Cluster;
import io.jswarm.model.Endpoint;
import io.jswarm.model.LogDriver;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.store.Tx;
import java.util.List;

/** Makes new tasks out of services (S3.1). */
final class TaskFactory {
  private final IdGenerator ids;

  TaskFactory(IdGenerator ids) {
    this.ids = ids;
  }

  /** Adds a task of the service's present spec that fills {@code slot}. */
  Task create(Tx tx, Service service, SlotId slot, TaskState desired) {
    ServiceSpec spec = service.spec();
    LogDriver logDriver = spec.task().logDriver();
    if (logDriver == null) {
      Cluster cluster = tx.cluster().orElse(null);
      logDriver = cluster == null ? null : cluster.spec().taskDefaults().logDriver();
    }
    return tx.create(
        Task.builder(
                ids.next(), spec.task(), TaskStatus.of(TaskState.NEW, tx.now(), "created"), desired)
            .specVersion(service.specVersion())
            .serviceId(service.id())
            .serviceName(spec.name())
            .serviceLabels(spec.labels())
            .slot(slot.slot())
            .nodeId(slot.nodeId())
            .endpoint(new Endpoint(spec.endpoint(), List.of(), List.of()))
            .logDriver(logDriver)
            .jobIteration(service.jobIteration())
            .build());
  }

  /** What a task of this service is meant to become once it may start. */
  static TaskState goal(Service service) {
    return service.spec().mode().isJob() ? TaskState.COMPLETE : TaskState.RUNNING;
  }
}
