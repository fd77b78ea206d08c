// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.AlreadyExistsException;
import io.jswarm.FailedPreconditionException;
import io.jswarm.model.Network;
import io.jswarm.model.NetworkSpec;
import io.jswarm.model.SpecValidation;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.store.ReadView;
import io.jswarm.store.Tx;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** What can be done to networks. */
final class NetworkWrites {
  private NetworkWrites() {}

  record Create(NetworkSpec spec) implements StoreWrite<Network> {
    @Override
    public void check() {
      SpecValidation.require(spec);
    }

    @Override
    public Network apply(Tx tx, Leader leader) {
      Optional<Network> ingress = ServiceRules.ingressNetwork(tx);
      if (spec.isIngress() && ingress.isPresent()) {
        throw new AlreadyExistsException(
            "network "
                + ingress.get().name()
                + " ("
                + ingress.get().id()
                + ") is the ingress network already; there can be only one");
      }
      return tx.create(Network.of(leader.ids().next(), spec));
    }
  }

  record Remove(String idOrName) implements StoreWrite<Network> {
    @Override
    public Network apply(Tx tx, Leader leader) {
      Network network = Lookup.NETWORKS.one(tx, idOrName);
      requireRemovable(tx, network);
      tx.delete(network);
      return network;
    }
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
