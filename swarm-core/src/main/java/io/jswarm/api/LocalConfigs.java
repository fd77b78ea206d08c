// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Config;
import io.jswarm.model.ConfigSpec;
import java.util.List;
import java.util.Set;

/** Configs over the local store (S1.6). */
final class LocalConfigs implements Swarm.Configs {
  private final Calls calls;

  LocalConfigs(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<Config> create(ConfigSpec spec) {
    return calls.submit(new ConfigWrites.Create(spec));
  }

  @Override
  public Reply<List<Config>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("configs", Set.of(ID, NAME, LABEL));
          return Lookup.CONFIGS.all(
              view,
              config ->
                  filter.nameOrId(config.name(), config.id())
                      && filter.labels(LABEL, config.spec().labels()));
        });
  }

  @Override
  public Reply<Config> inspect(String idOrName) {
    return calls.read(view -> Lookup.CONFIGS.one(view, idOrName));
  }

  @Override
  public Reply<Config> update(String idOrName, long version, ConfigSpec spec) {
    return calls.submit(new ConfigWrites.Update(idOrName, version, spec));
  }

  @Override
  public Reply<Config> remove(String idOrName) {
    return calls.submit(new ConfigWrites.Remove(idOrName));
  }
}
