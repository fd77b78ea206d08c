// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.TimeSource;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;

/**
 * Connects nodes within one JVM: the embedded mode, and tests. A message is handed to the
 * receiver's loop at once and as it is, unless {@link #faults()} says otherwise. Thread-safe.
 */
public final class LocalNetwork implements Transport {
  /** Where every node of this network is. */
  static final String HOST = "127.0.0.1";

  private final TimeSource time;
  private final NetworkFaults faults;
  private final Map<String, Map<ChannelKind, Endpoint>> endpoints = new TreeMap<>();

  private final AtomicLong opened = new AtomicLong();

  /** All open channels; only looked up and filtered, the order does not matter. */
  private final Set<LocalChannel> channels = ConcurrentHashMap.newKeySet();

  /** The one network of all nodes of this process that are not simulated. */
  public static LocalNetwork ofProcess() {
    return OfProcess.NETWORK;
  }

  private static final class OfProcess {
    /** Of the environment, only clock and chance are used: there is nothing to close. */
    static final LocalNetwork NETWORK = new LocalNetwork(Environment.system());
  }

  /** A network without faults, whose faults draw from the environment's randomness. */
  public LocalNetwork(Environment environment) {
    this.time = environment.time();
    this.faults = new NetworkFaults(this, environment.random().split());
  }

  /** What goes wrong; nothing at first. */
  public NetworkFaults faults() {
    return faults;
  }

  @Override
  public Registration listen(String address, ChannelKind kind, EventLoop loop, Listener listener) {
    Endpoint endpoint = new Endpoint(loop, listener);
    synchronized (endpoints) {
      Map<ChannelKind, Endpoint> kinds =
          endpoints.computeIfAbsent(address, unused -> new EnumMap<>(ChannelKind.class));
      if (kinds.putIfAbsent(kind, endpoint) != null) {
        throw new IllegalStateException("address " + address + " is in use for " + kind);
      }
    }
    return () -> {
      synchronized (endpoints) {
        Map<ChannelKind, Endpoint> kinds = endpoints.get(address);
        if (kinds != null && kinds.remove(kind, endpoint) && kinds.isEmpty()) {
          endpoints.remove(address);
        }
      }
      breakChannels(channel -> channel.leadsTo(address, kind));
    };
  }

  @Override
  public Channel connect(
      String address, ChannelKind kind, PeerIdentity self, EventLoop loop, Receiver receiver) {
    LocalChannel channel =
        new LocalChannel(this, opened.getAndIncrement(), address, kind, self, loop, receiver);
    Endpoint endpoint;
    synchronized (endpoints) {
      endpoint = endpoints.getOrDefault(address, Map.of()).get(kind);
    }
    Optional<String> refusal = Authorisation.STANDARD.refusal(kind, self);
    boolean silent = faults.any() && faults.cut(self.nodeId(), address);
    if (endpoint == null && !silent) {
      channel.fail("nothing listens at " + address + " for " + kind);
    } else if (!silent && refusal.isPresent()) {
      channel.fail(refusal.get());
    } else if (endpoint != null) {
      channels.add(channel);
      if (!silent) {
        channel.accept(endpoint.loop, endpoint.listener);
      }
    }
    return channel;
  }

  void breakChannels(String party) {
    breakChannels(channel -> channel.joins(party));
  }

  private void breakChannels(Predicate<LocalChannel> which) {
    List<LocalChannel> broken = new ArrayList<>();
    for (LocalChannel channel : channels) {
      if (which.test(channel)) {
        broken.add(channel);
      }
    }
    // The set has no order of its own, and a simulation needs one.
    broken.sort(LocalChannel.BY_AGE);
    broken.forEach(channel -> channel.fail("connection reset"));
  }

  void forget(LocalChannel channel) {
    channels.remove(channel);
  }

  TimeSource time() {
    return time;
  }

  private record Endpoint(EventLoop loop, Listener listener) {}
}
