// SPDX-License-Identifier: Apache-2.0
package io.jswarm.scheduler;

import java.util.Arrays;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Nodes in a tree of matches: who has fewer tasks wins, then the lesser id. A match also knows the
 * most CPU and the most memory that is left on any node below it. So the best node of all, or of
 * those with room, is found along a few paths from the top, and a change concerns one path:
 * logarithmic in the number of nodes both.
 *
 * <p>Where somebody sits does not matter to who wins.
 */
final class Tournament {
  private static final int FIRST_CAPACITY = 4;
  private static final int NOBODY = -1;

  private int capacity = FIRST_CAPACITY;
  private int size;

  // By seat.
  private NodeBooks[] seated = new NodeBooks[capacity];
  private int[] loads = new int[capacity];
  private long[] beginnings = new long[capacity];

  // By match: the final is 1, those before match m are 2m and 2m + 1, seats are the last.
  private int[] winners = nobody(2 * capacity);
  private long[] mostNanoCpus = new long[2 * capacity];
  private long[] mostMemory = new long[2 * capacity];

  private static int[] nobody(int length) {
    int[] winners = new int[length];
    Arrays.fill(winners, NOBODY);
    return winners;
  }

  int size() {
    return size;
  }

  /** The node in a seat below {@link #size()}. */
  NodeBooks get(int seat) {
    return seated[seat];
  }

  /**
   * Lets a node take part, which must be told of each {@link #changed change} of it.
   *
   * @return its seat
   */
  int add(NodeBooks node) {
    if (size == capacity) {
      grow();
    }
    int seat = size++;
    seat(node, seat);
    return seat;
  }

  /**
   * Takes the node out of its seat; the last one, if it is another, moves there and is returned.
   */
  @Nullable NodeBooks remove(int seat) {
    int last = --size;
    NodeBooks moved = seat == last ? null : seated[last];
    if (moved != null) {
      seat(moved, seat);
    }
    Arrays.fill(seated, last, last + 1, null);
    winners[capacity + last] = NOBODY;
    replay(last);
    return moved;
  }

  private void seat(NodeBooks node, int seat) {
    seated[seat] = node;
    beginnings[seat] = beginning(node.id());
    changed(seat);
  }

  /** The first four characters of an id, which mostly tell ids apart, in the order of texts. */
  private static long beginning(String id) {
    long beginning = 0;
    for (int i = 0; i < 4; i++) {
      beginning = beginning << 16 | (i < id.length() ? id.charAt(i) : 0);
    }
    return beginning;
  }

  private void grow() {
    capacity *= 2;
    seated = Arrays.copyOf(seated, capacity);
    loads = Arrays.copyOf(loads, capacity);
    beginnings = Arrays.copyOf(beginnings, capacity);
    winners = nobody(2 * capacity);
    mostNanoCpus = new long[2 * capacity];
    mostMemory = new long[2 * capacity];
    for (int seat = 0; seat < size; seat++) {
      enter(seat);
    }
    for (int match = capacity - 1; match > 0; match--) {
      play(match);
    }
  }

  /** The node there has other tasks or resources than before. */
  void changed(int seat) {
    enter(seat);
    replay(seat);
  }

  private void enter(int seat) {
    NodeBooks node = seated[seat];
    int match = capacity + seat;
    loads[seat] = node.active();
    winners[match] = seat;
    mostNanoCpus[match] = node.availableNanoCpus();
    mostMemory[match] = node.availableMemoryBytes();
  }

  /** Plays the matches of a seat again, until one ends as before and without it. */
  private void replay(int seat) {
    for (int match = (capacity + seat) / 2; match > 0; match /= 2) {
      int winner = winners[match];
      long nanoCpus = mostNanoCpus[match];
      long memory = mostMemory[match];
      play(match);
      if (winner != seat
          && winner == winners[match]
          && nanoCpus == mostNanoCpus[match]
          && memory == mostMemory[match]) {
        return;
      }
    }
  }

  private void play(int match) {
    int a = winners[2 * match];
    int b = winners[2 * match + 1];
    if (a == NOBODY || b == NOBODY) {
      int only = a == NOBODY ? 2 * match + 1 : 2 * match;
      winners[match] = winners[only];
      mostNanoCpus[match] = mostNanoCpus[only];
      mostMemory[match] = mostMemory[only];
    } else {
      winners[match] = beats(a, b) ? a : b;
      mostNanoCpus[match] = Math.max(mostNanoCpus[2 * match], mostNanoCpus[2 * match + 1]);
      mostMemory[match] = Math.max(mostMemory[2 * match], mostMemory[2 * match + 1]);
    }
  }

  private boolean beats(int a, int b) {
    if (loads[a] != loads[b]) {
      return loads[a] < loads[b];
    }
    int byBeginning = Long.compareUnsigned(beginnings[a], beginnings[b]);
    return byBeginning != 0 ? byBeginning < 0 : seated[a].id().compareTo(seated[b].id()) < 0;
  }

  /**
   * Searches for the best of the nodes with so much left that also {@code fit}, one after the other
   * or in several tournaments.
   */
  static final class Search {
    private final long nanoCpus;
    private final long memoryBytes;
    private final Predicate<NodeBooks> fit;
    private int patience;

    /**
     * @param patience of all searches together: matches looked into whose winners do not fit
     */
    Search(long nanoCpus, long memoryBytes, Predicate<NodeBooks> fit, int patience) {
      this.nanoCpus = nanoCpus;
      this.memoryBytes = memoryBytes;
      this.fit = fit;
      this.patience = patience;
    }

    /**
     * Whether the last search was given up, because too many of the better nodes have not fit so
     * far: then its result, if there is one, need not be the best.
     */
    boolean gaveUp() {
      return patience < 0;
    }
  }

  /** The best node; null if there is none. Look at {@link Search#gaveUp} first. */
  @Nullable NodeBooks best(Search search) {
    int seat = best(1, search, NOBODY, NOBODY);
    return seat == NOBODY ? null : seated[seat];
  }

  /**
   * The best below a match that also beats {@code bound}.
   *
   * @param unfit who is known not to fit
   */
  private int best(int match, Search search, int bound, int unfit) {
    int winner = winners[match];
    if (search.patience < 0
        || winner == NOBODY
        || mostNanoCpus[match] < search.nanoCpus
        || mostMemory[match] < search.memoryBytes
        || (bound != NOBODY && !beats(winner, bound))) {
      return NOBODY;
    }
    if (winner != unfit && fits(winner, search)) {
      return winner;
    } else if (match >= capacity || --search.patience < 0) {
      return NOBODY;
    }
    int stronger = winners[2 * match] == winner ? 2 * match : 2 * match + 1;
    int found = best(stronger, search, bound, winner);
    int other = best(stronger ^ 1, search, found == NOBODY ? bound : found, NOBODY);
    return other == NOBODY ? found : other;
  }

  private boolean fits(int seat, Search search) {
    int match = capacity + seat;
    return mostNanoCpus[match] >= search.nanoCpus
        && mostMemory[match] >= search.memoryBytes
        && search.fit.test(seated[seat]);
  }
}
