// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.JobStatus;
import io.jswarm.model.Service;
import io.jswarm.model.ServiceSpec;
import io.jswarm.store.Tx;

/** What can be done to services. */
final class ServiceWrites {
  private ServiceWrites() {}

  record Create(ServiceSpec spec) implements StoreWrite<Service> {
    @Override
    public void check() {
      ServiceRules.requireValid(spec);
    }

    @Override
    public Service apply(Tx tx, Leader leader) {
      ServiceRules.requireFits(tx, spec, "", true);
      Service fresh =
          Service.of(leader.ids().next(), spec).toBuilder()
              .specVersion(tx.version())
              .jobStatus(spec.mode().isJob() ? new JobStatus(0, tx.now()) : null)
              .build();
      return tx.create(fresh);
    }
  }

  record Update(String idOrName, long version, ServiceSpec spec) implements StoreWrite<Service> {
    @Override
    public void check() {
      ServiceRules.requireValid(spec);
    }

    @Override
    public Service apply(Tx tx, Leader leader) {
      Service service = Lookup.SERVICES.one(tx, idOrName);
      return update(tx, service.withMeta(service.meta().withVersion(version)), spec);
    }
  }

  record Rollback(String idOrName) implements StoreWrite<Service> {
    @Override
    public Service apply(Tx tx, Leader leader) {
      Service service = Lookup.SERVICES.one(tx, idOrName);
      return write(tx, service, ServiceUpdates.rolledBack(service, tx.now()));
    }
  }

  record Remove(String idOrName) implements StoreWrite<Service> {
    @Override
    public Service apply(Tx tx, Leader leader) {
      Service service = Lookup.SERVICES.one(tx, idOrName);
      tx.delete(service);
      return service;
    }
  }

  static Service update(Tx tx, Service service, ServiceSpec spec) {
    return write(tx, service, ServiceUpdates.updated(service, spec, tx.version(), tx.now()));
  }

  /** The version is compared before the rules: a spec made from an old one proves nothing. */
  private static Service write(Tx tx, Service old, Service service) {
    Service written = tx.update(service);
    boolean ports = !service.spec().endpoint().equals(old.spec().endpoint());
    ServiceRules.requireFits(tx, service.spec(), service.id(), ports);
    return written;
  }
}
