// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.store.Tx;

/** What can be done to configs. */
final class ConfigWrites {
  private ConfigWrites() {}

  record Create(ConfigSpec spec) implements StoreWrite<Config> {
    @Override
    public void check() {
      SpecValidation.require(spec);
    }

    @Override
    public Config apply(Tx tx, Leader leader) {
      return tx.create(Config.of(leader.ids().next(), spec));
    }
  }

  record Update(String idOrName, long version, ConfigSpec spec) implements StoreWrite<Config> {
    @Override
    public Config apply(Tx tx, Leader leader) {
      Config config = Lookup.CONFIGS.one(tx, idOrName);
      ConfigSpec old = config.spec();
      ConfigSpec allowed = old.toBuilder().labels(spec.labels()).build();
      boolean noData = spec.data().size() == 0;
      ConfigSpec asked = noData ? spec.toBuilder().data(old.data()).build() : spec;
      LabelsOnly.require("config " + old.name(), allowed.equals(asked));
      return tx.update(new Config(config.id(), config.meta().withVersion(version), allowed));
    }
  }

  record Remove(String idOrName) implements StoreWrite<Config> {
    @Override
    public Config apply(Tx tx, Leader leader) {
      Config config = Lookup.CONFIGS.one(tx, idOrName);
      References.requireUnused(tx, config);
      tx.delete(config);
      return config;
    }
  }
}
