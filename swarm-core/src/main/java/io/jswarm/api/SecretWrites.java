// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.store.Tx;

/** What can be done to secrets. Values go in and never come out. */
final class SecretWrites {
  private SecretWrites() {}

  record Create(SecretSpec spec) implements StoreWrite<Secret> {
    @Override
    public void check() {
      SpecValidation.require(spec);
    }

    @Override
    public Secret apply(Tx tx, Leader leader) {
      return tx.create(Secret.of(leader.ids().next(), spec)).withoutData();
    }
  }

  record Update(String idOrName, long version, SecretSpec spec) implements StoreWrite<Secret> {
    @Override
    public Secret apply(Tx tx, Leader leader) {
      Secret secret = Lookup.SECRETS.one(tx, idOrName);
      SecretSpec old = secret.spec();
      SecretSpec allowed = old.toBuilder().labels(spec.labels()).build();
      boolean noData = spec.data().size() == 0;
      SecretSpec asked = noData ? spec.toBuilder().data(old.data()).build() : spec;
      LabelsOnly.require("secret " + old.name(), allowed.equals(asked));
      Secret updated =
          new Secret(secret.id(), secret.meta().withVersion(version), allowed, secret.internal());
      return tx.update(updated).withoutData();
    }
  }

  record Remove(String idOrName) implements StoreWrite<Secret> {
    @Override
    public Secret apply(Tx tx, Leader leader) {
      Secret secret = Lookup.SECRETS.one(tx, idOrName);
      References.requireUnused(tx, secret);
      tx.delete(secret);
      return secret.withoutData();
    }
  }
}
