// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import static io.jswarm.api.Filter.Key.ID;
import static io.jswarm.api.Filter.Key.LABEL;
import static io.jswarm.api.Filter.Key.NAME;

import io.jswarm.Reply;
import io.jswarm.Swarm;
import io.jswarm.model.Secret;
import io.jswarm.model.SecretSpec;
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
    return calls.submit(new SecretWrites.Create(spec));
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
    return calls.submit(new SecretWrites.Update(idOrName, version, spec));
  }

  @Override
  public Reply<Secret> remove(String idOrName) {
    return calls.submit(new SecretWrites.Remove(idOrName));
  }
}
