// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
import io.jswarm.model.SpecValidation;
import java.util.List;
import java.util.Set;

/** Secrets over the local store (S1.6). Values go in and never come out. */
final class LocalSecrets implements Swarm.Secrets {
  private final Calls calls;

  LocalSecrets(Calls calls) {
    this.calls = calls;
  }

  @Override
  public Reply<Secret> create(SecretSpec spec) {
    return calls.checked(
        () -> SpecValidation.require(spec),
        tx -> tx.create(Secret.of(calls.newId(), spec)).withoutData());
  }

  @Override
  public Reply<List<Secret>> list(Filter filter) {
    return calls.read(
        view -> {
          filter.requireOnly("secrets", Set.of(ID, NAME, LABEL));
          List<Secret> found = Lookup.SECRETS.all(view, secret -> matches(filter, secret));
          return found.stream().map(Secret::withoutData).toList();
        });
  }

  private static boolean matches(Filter filter, Secret secret) {
    return !secret.internal()
        && filter.nameOrId(secret.name(), secret.id())
        && filter.labels(LABEL, secret.spec().labels());
  }

  @Override
  public Reply<Secret> inspect(String idOrName) {
    return calls.read(view -> Lookup.SECRETS.one(view, idOrName).withoutData());
  }

  @Override
  public Reply<Secret> update(String idOrName, long version, SecretSpec spec) {
    return calls.write(
        tx -> {
          Secret secret = Lookup.SECRETS.one(tx, idOrName);
          SecretSpec old = secret.spec();
          SecretSpec allowed = old.toBuilder().labels(spec.labels()).build();
          boolean noData = spec.data().size() == 0;
          SecretSpec asked = noData ? spec.toBuilder().data(old.data()).build() : spec;
          LabelsOnly.require("secret " + old.name(), allowed.equals(asked));
          Secret updated =
              new Secret(
                  secret.id(), secret.meta().withVersion(version), allowed, secret.internal());
          return tx.update(updated).withoutData();
        });
  }

  @Override
  public Reply<Secret> remove(String idOrName) {
    return calls.write(
        tx -> {
          Secret secret = Lookup.SECRETS.one(tx, idOrName);
          References.requireUnused(tx, secret);
          tx.delete(secret);
          return secret.withoutData();
        });
  }
}
