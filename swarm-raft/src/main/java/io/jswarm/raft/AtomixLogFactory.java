// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;

/** Makes logs on Atomix's Raft; found by {@link java.util.ServiceLoader}. */
public final class AtomixLogFactory implements ReplicatedLogFactory {
  private final RaftSettings settings;

  /** With {@link RaftSettings#defaults()}. */
  public AtomixLogFactory() {
    this(RaftSettings.defaults());
  }

  /** With settings of one's own. */
  public AtomixLogFactory(RaftSettings settings) {
    this.settings = settings;
  }

  @Override
  public String name() {
    return "Atomix Raft";
  }

  @Override
  public ReplicatedLog create(Settings where) {
    return new AtomixReplicatedLog(where, settings);
  }
}
