// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkSpec;
import java.util.List;
import java.util.Set;

/** Networks over the local store (S1.7). */
final class LocalNetworks implements Swarm.Networks {
  private final Calls calls;

  LocalNetworks(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<Network> create(NetworkSpec spec) {
    return calls.submit(new NetworkWrites.Create(spec));
  }

  @Override
  public Reply<List<Network>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("networks", Set.of(ID, NAME, LABEL));
          return Lookup.NETWORKS.all(
              view,
              network ->
                  filter.prefix(ID, network.id())
                      && filter.prefix(NAME, network.name())
                      && filter.labels(LABEL, network.spec().labels()));
        });
  }

  @Override
  public Reply<Network> inspect(String idOrName) {
    return calls.read(view -> Lookup.NETWORKS.one(view, idOrName));
  }

  @Override
  public Reply<Network> remove(String idOrName) {
    return calls.submit(new NetworkWrites.Remove(idOrName));
  }
}
