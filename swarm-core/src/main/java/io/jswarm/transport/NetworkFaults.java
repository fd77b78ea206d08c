// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport;

import io.jswarm.loop.RandomSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What goes wrong in a {@link LocalNetwork}. A party is called by its node id where it opened a
 * channel and by its address where it listens. Thread-safe; takes effect with the next message.
 */
public final class NetworkFaults {
  private final LocalNetwork network;
  private final RandomSource random;
  private final Map<Direction, LinkFaults> links = new TreeMap<>();
  private final Set<Direction> cuts = new TreeSet<>();
  private final Set<String> isolated = new TreeSet<>();
  private LinkFaults everywhere = LinkFaults.NONE;

  /** Spares a network without faults the lock. */
  private volatile boolean any;

  NetworkFaults(LocalNetwork network, RandomSource random) {
    this.network = network;
    this.random = random;
  }

  /** Sets what goes wrong in directions that have no setting of their own. */
  public synchronized void everywhere(LinkFaults faults) {
    everywhere = faults;
    noteChange();
  }

  /** Sets what goes wrong from one party to another. */
  public synchronized void between(String from, String to, LinkFaults faults) {
    links.put(new Direction(from, to), faults);
    noteChange();
  }

  /** Loses everything between two parties, silently, until healed. */
  public synchronized void partition(String a, String b) {
    cuts.add(new Direction(a, b));
    cuts.add(new Direction(b, a));
    noteChange();
  }

  /** Loses everything from and to a party, silently, until healed. */
  public synchronized void isolate(String party) {
    isolated.add(party);
    noteChange();
  }

  /** Ends the partition between two parties. */
  public synchronized void heal(String a, String b) {
    cuts.remove(new Direction(a, b));
    cuts.remove(new Direction(b, a));
    noteChange();
  }

  /** Ends the isolation of a party. */
  public synchronized void heal(String party) {
    isolated.remove(party);
    noteChange();
  }

  /** Ends everything that goes wrong; channels that broke stay broken. */
  public synchronized void healAll() {
    links.clear();
    cuts.clear();
    isolated.clear();
    everywhere = LinkFaults.NONE;
    noteChange();
  }

  /** Breaks all open channels of a party; both ends notice. New ones can be opened. */
  public void breakConnections(String party) {
    network.breakChannels(party);
  }

  private void noteChange() {
    any =
        !links.isEmpty()
            || !cuts.isEmpty()
            || !isolated.isEmpty()
            || !everywhere.equals(LinkFaults.NONE);
  }

  boolean any() {
    return any;
  }

  synchronized boolean cut(String from, String to) {
    return isolated.contains(from)
        || isolated.contains(to)
        || cuts.contains(new Direction(from, to));
  }

  /** When the copies of one message arrive; no entry if it is lost. */
  synchronized List<Arrival> arrivals(String from, String to) {
    List<Arrival> arrivals = new ArrayList<>(1);
    LinkFaults faults = links.getOrDefault(new Direction(from, to), everywhere);
    if (cut(from, to) || random.nextDouble() < faults.drop()) {
      return arrivals;
    }
    boolean overtakes = random.nextDouble() < faults.reorder();
    arrivals.add(new Arrival(delay(faults), overtakes));
    if (random.nextDouble() < faults.duplicate()) {
      arrivals.add(new Arrival(delay(faults).plus(delay(faults)), true));
    }
    return arrivals;
  }

  private Duration delay(LinkFaults faults) {
    long range = faults.maxDelay().minus(faults.minDelay()).toNanos();
    return faults.minDelay().plusNanos((long) (random.nextDouble() * range));
  }

  /**
   * One copy of a message.
   *
   * @param overtakes whether it may arrive before what was sent earlier
   */
  record Arrival(Duration delay, boolean overtakes) {}

  private record Direction(String from, String to) implements Comparable<Direction> {
    @Override
    public int compareTo(Direction other) {
      int byFrom = from.compareTo(other.from);
      return byFrom != 0 ? byFrom : to.compareTo(other.to);
    }
  }
}
