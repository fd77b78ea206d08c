// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jswarm.api.Filter;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.NodeRole;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.NodeCredentials;
import io.jswarm.spi.ManagerGroup;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.store.MemoryLog;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import org.junit.jupiter.api.Test;

/** Joining and renewal while no manager leads, or one has ceased to. */
class LeaderlessJoinTest extends NodesTest {
  /** A log whose manager is told that it leads no more. */
  private static final class DeposableLog implements ReplicatedLog {
    private final ReplicatedLog log = MemoryLog.create();
    private Executor owner = Runnable::run;
    private LeadershipListener listener;

    void depose(Optional<String> leader) {
      owner.execute(() -> listener.onFollowing(leader));
    }

    void lead() {
      owner.execute(() -> listener.onLeading(2));
    }

    @Override
    public void start(Executor owner, StateMachine machine, LeadershipListener listener) {
      this.owner = owner;
      this.listener = listener;
      log.start(owner, machine, listener);
    }

    @Override
    public CompletionStage<Long> propose(Entry entry) {
      return log.propose(entry);
    }

    @Override
    public CompletionStage<Long> barrier() {
      return log.barrier();
    }

    @Override
    public int maxEntryBytes() {
      return log.maxEntryBytes();
    }

    @Override
    public Optional<ManagerGroup> group() {
      return log.group();
    }

    @Override
    public void close() {
      log.close();
    }
  }

  @Test
  void whileNobodyLeadsNobodyJoinsAndOnceSomebodyDoesWhoeverWaitsGetsIn() {
    DeposableLog log = new DeposableLog();
    SwarmNode manager = run("m1", builder("m1").asManager().listen("127.0.0.1", 0).log(log));
    CertificateRequest request = CertificateRequest.create();
    EnrolmentMessage.Join question = join(token(manager), request);
    log.depose(Optional.empty());

    assertThatThrownBy(() -> result(ask(nobody(), manager, question, Duration.ofSeconds(1))))
        .isInstanceOf(UnavailableException.class)
        .hasMessageContaining("no manager can be reached that leads")
        .hasMessageContaining(address(manager));
    CompletionStage<EnrolmentMessage> waiting = ask(nobody(), manager, question, LONG);
    log.lead();

    assertThat(request.certified(NewNode.issued(result(waiting)).chain()).role())
        .isEqualTo(NodeRole.WORKER);
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(2);
  }

  /** A deposed leader signs nothing, be it by what it knew or by what it is told. */
  @Test
  void cve_2026_115539_aDeposedLeaderGivesNoCertificate() {
    DeposableLog log = new DeposableLog();
    SwarmNode manager = run("m1", builder("m1").asManager().listen("127.0.0.1", 0).log(log));
    worker("w1", manager);
    NodeCredentials worker = stolen("w1");
    EnrolmentMessage.Renew renewal = new EnrolmentMessage.Renew(CertificateRequest.create().pem());

    for (Optional<String> leader : List.of(Optional.<String>empty(), Optional.of("127.0.0.1:1"))) {
      log.depose(leader);
      assertThatThrownBy(() -> result(ask(worker, manager, renewal, Duration.ofSeconds(1))))
          .as("it believes that %s leads", leader)
          .isInstanceOf(UnavailableException.class);
    }
  }
}
