// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import com.google.common.collect.ImmutableMap;
import com.google.common.collect.ImmutableSet;
import com.google.common.collect.Maps;
import io.jswarm.model.NodeRole;
import java.util.Locale;
import java.util.Optional;

/**
 * The one table of who may open which channel, asked by the side that accepts. What is not in it is
 * refused. Immutable.
 */
public final class Authorisation {
  /** The table every transport uses. */
  public static final Authorisation STANDARD =
      new Authorisation(
          ImmutableMap.of(
              ChannelKind.DISPATCHER, ImmutableSet.of(Caller.WORKER, Caller.MANAGER),
              ChannelKind.RAFT, ImmutableSet.of(Caller.MANAGER),
              ChannelKind.CONTROL, ImmutableSet.of(Caller.MANAGER),
              ChannelKind.ENROLMENT, ImmutableSet.copyOf(Caller.values())));

  private final ImmutableMap<ChannelKind, ImmutableSet<Caller>> table;

  /** Who is at the other end, as far as the table cares. */
  private enum Caller {
    ANONYMOUS,
    WORKER,
    MANAGER;

    static Caller of(PeerIdentity peer) {
      if (peer.isAnonymous()) {
        return ANONYMOUS;
      }
      return peer.role() == NodeRole.MANAGER ? MANAGER : WORKER;
    }
  }

  private Authorisation(ImmutableMap<ChannelKind, ImmutableSet<Caller>> table) {
    this.table = table;
  }

  /** The same table without the entry of a kind. */
  public Authorisation without(ChannelKind kind) {
    return new Authorisation(ImmutableMap.copyOf(Maps.filterKeys(table, entry -> entry != kind)));
  }

  /** Why {@code peer} may not open a channel of this kind; empty if it may. */
  public Optional<String> refusal(ChannelKind kind, PeerIdentity peer) {
    Caller caller = Caller.of(peer);
    if (table.getOrDefault(kind, ImmutableSet.of()).contains(caller)) {
      return Optional.empty();
    }
    String who =
        caller == Caller.ANONYMOUS
            ? "a node without a certificate"
            : "node " + peer.nodeId() + ", a " + caller.name().toLowerCase(Locale.ROOT) + ",";
    return Optional.of(who + " may not open a channel of kind " + kind);
  }
}
