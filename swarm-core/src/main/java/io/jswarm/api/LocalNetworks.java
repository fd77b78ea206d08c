// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** Networks over the local store (S1.7). */
final class LocalNetworks implements Swarm.Networks {
  private final Calls calls;

  LocalNetworks(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<Network> create(NetworkSpec spec) {
    return calls.checked(
        () -> SpecValidation.require(spec),
        tx -> {
          Optional<Network> ingress = ServiceRules.ingressNetwork(tx);
          if (spec.isIngress() && ingress.isPresent()) {
            throw new AlreadyExistsException(
                "network "
                    + ingress.get().name()
                    + " ("
                    + ingress.get().id()
                    + ") is the ingress network already; there can be only one");
          }
          return tx.create(Network.of(calls.newId(), spec));
        });
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
    return calls.write(
        tx -> {
          Network network = Lookup.NETWORKS.one(tx, idOrName);
          requireRemovable(tx, network);
          tx.delete(network);
          return network;
        });
  }

  private static void requireRemovable(ReadView view, Network network) {
    List<String> users = new ArrayList<>();
    References.users(view, network).forEach(service -> users.add("service " + service));
    for (Task task : view.tasks()) {
      boolean live =
          task.desiredState().atMost(TaskState.RUNNING) || task.state().atMost(TaskState.RUNNING);
      if (live && References.needs(task.spec(), network)) {
        users.add("task " + task.displayName());
      }
    }
    if (!users.isEmpty()) {
      throw new FailedPreconditionException(
          "network "
              + network.name()
              + " ("
              + network.id()
              + ") is in use by "
              + String.join(", ", users)
              + "; remove those first");
    }
  }
}
