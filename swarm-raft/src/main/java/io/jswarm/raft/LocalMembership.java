// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.atomix.cluster.ClusterMembershipEventListener;
import io.atomix.cluster.ClusterMembershipService;
import io.atomix.cluster.Member;
import io.atomix.cluster.MemberId;
import io.atomix.utils.net.Address;
import java.util.Set;

/** Tells Atomix who this is; who else there is, it learns from the log. */
final class LocalMembership implements ClusterMembershipService {
  private final Member self;

  LocalMembership(MemberId self) {
    this.self = Member.member(self, Address.from("127.0.0.1", 1));
  }

  @Override
  public Member getLocalMember() {
    return self;
  }

  @Override
  public Set<Member> getMembers() {
    return Set.of(self);
  }

  @Override
  public Member getMember(MemberId id) {
    return self;
  }

  @Override
  public void addListener(ClusterMembershipEventListener listener) {}

  @Override
  public void removeListener(ClusterMembershipEventListener listener) {}
}
