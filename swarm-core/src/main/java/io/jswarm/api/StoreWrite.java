// SPDX-License-Identifier: Apache-2.0
package io.jswarm.api;

import io.jswarm.store.Tx;
import java.util.concurrent.CompletionStage;

/**
 * A request that is one transaction; one for each operation of the control API that writes.
 *
 * @param <R> what the transaction returns
 */
sealed interface StoreWrite<R> extends ControlRequest<R>
    permits ClusterWrites.RotateJoinToken,
        ClusterWrites.RotateRoot,
        ClusterWrites.RotateUnlockKey,
        ClusterWrites.Update,
        ConfigWrites.Create,
        ConfigWrites.Remove,
        ConfigWrites.Update,
        NetworkWrites.Create,
        NetworkWrites.Remove,
        NodeWrites.Join,
        NodeWrites.Remove,
        NodeWrites.SetRole,
        NodeWrites.Update,
        SecretWrites.Create,
        SecretWrites.Remove,
        SecretWrites.Update,
        ServiceWrites.Create,
        ServiceWrites.Remove,
        ServiceWrites.Rollback,
        ServiceWrites.Update {
  /** The transaction; on the leader's control loop. */
  R apply(Tx tx, Leader leader);

  @Override
  default CompletionStage<R> execute(Leader leader) {
    return leader.control().write(tx -> apply(tx, leader));
  }
}
