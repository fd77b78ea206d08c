// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import io.jswarm.transport.Credentials;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * The connections this node opened: one per address, as long as the credentials it shows are the
 * present ones. Thread-safe.
 */
final class Links {
  /** How long a connection without channels is kept: the next channel often follows at once. */
  private static final Duration LINGER = Duration.ofSeconds(5);

  private final Credentials credentials;
  private final Function<String, Link> maker;

  /** Those that take more channels, by address. */
  private final Map<String, Link> open = new TreeMap<>();

  /** All that were not shut down, those retired too. */
  private final Set<Link> all = new LinkedHashSet<>();

  Links(Credentials credentials, LinkMaker maker) {
    this.credentials = credentials;
    this.maker = address -> maker.make(address, credentials.generation(), this);
  }

  /** Makes a link that is not connected yet. */
  @FunctionalInterface
  interface LinkMaker {
    /** The link, for the links given. */
    Link make(String address, long generation, Links owner);
  }

  /** The connection to use for one more channel, which has to be released. */
  synchronized Link acquire(String address) {
    Link link = open.get(address);
    if (link == null || link.generation() != credentials.generation()) {
      if (link != null) {
        retire(link);
      }
      link = maker.apply(address);
      open.put(address, link);
      all.add(link);
    }
    link.users++;
    return link;
  }

  /** A channel ended. */
  synchronized void release(Link link) {
    link.users--;
    if (link.users > 0) {
      return;
    }
    if (open.get(link.address()) == link && link.generation() == credentials.generation()) {
      link.io().schedule(LINGER, () -> retireIfUnused(link));
    } else {
      retire(link);
    }
  }

  private synchronized void retireIfUnused(Link link) {
    if (link.users == 0) {
      retire(link);
    }
  }

  /** Takes no more channels; ends with the last it has. */
  synchronized void retire(Link link) {
    open.remove(link.address(), link);
    if (link.users == 0 && all.remove(link)) {
      link.shutdown();
    }
  }

  /** Breaks all. */
  void abort(String reason) {
    List<Link> left;
    synchronized (this) {
      left = new ArrayList<>(all);
    }
    left.forEach(link -> link.io().execute(() -> link.abort(reason)));
  }
}
