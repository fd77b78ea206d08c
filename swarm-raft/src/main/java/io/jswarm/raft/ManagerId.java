// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.MemberId;
import io.jswarm.spi.ManagerGroup.Manager;

/** A manager's identity, and how it is written as a member of Atomix's configuration. */
final class ManagerId {
  private static final char SEPARATOR = '|';

  private ManagerId() {}

  static MemberId toMember(Manager manager) {
    return MemberId.from(
        manager.id() + SEPARATOR + manager.nodeId() + SEPARATOR + manager.address());
  }

  /**
   * What {@link #toMember} wrote.
   *
   * @throws IllegalArgumentException when it did not
   */
  static Manager of(MemberId member) {
    return parse(member.id());
  }

  static Manager parse(String text) {
    int first = text.indexOf(SEPARATOR);
    int second = text.indexOf(SEPARATOR, first + 1);
    if (first < 0 || second < 0) {
      throw new IllegalArgumentException("not a manager's identity: " + text);
    }
    return new Manager(
        text.substring(0, first), text.substring(first + 1, second), text.substring(second + 1));
  }
}
