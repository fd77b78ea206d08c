// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Stopwatch;
import io.jswarm.api.Filter;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.NodeIdentity;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.grpc.GrpcTransport;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** More nodes that join, or attempt to, than a manager can let in at a time (CVE-2016-6595). */
class JoinFloodTest extends NodesTest {
  @Test
  void cve_2016_6595_moreThanABurstOfNodesAllGetInAndNobodyLosesItsSession() {
    SwarmNode manager = manager();
    Set<NodeState> states = statesOf(manager, worker("w1", manager));
    String token = token(manager);
    List<CompletionStage<EnrolmentMessage>> joining = new ArrayList<>();
    CertificateRequest request = CertificateRequest.create();
    for (int i = 0; i < 8; i++) {
      GrpcTransport transport = transport(nobody());
      for (int j = 0; j < 35; j++) {
        joining.add(ask(transport, address(manager), join(token, request)));
      }
    }

    for (CompletionStage<EnrolmentMessage> each : joining) {
      assertThat(result(each)).isInstanceOf(EnrolmentMessage.Issued.class);
    }

    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(282);
    assertThat(states).as("states of a node that was there").isSubsetOf(NodeState.READY);
  }

  /** What the report was about: joins and departures, again and again, and then nobody could. */
  @Test
  void cve_2016_6595_aLongSequenceOfJoiningAndLeavingPreventsNoFurtherJoin() {
    SwarmNode manager = manager();
    GrpcTransport transport = transport(nobody());
    String address = address(manager);
    String token = token(manager);
    for (int i = 0; i < 60; i++) {
      CertificateRequest request = CertificateRequest.create();
      NodeIdentity identity =
          request.certified(
              NewNode.issued(result(ask(transport, address, join(token, request)))).chain());
      manager.swarm().nodes().remove(identity.nodeId(), true).await();
    }

    SwarmNode worker = worker("w1", manager);

    assertThat(isReady(manager, worker)).isTrue();
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize(2);
  }

  /** They connect, open channels, and leave it at that. */
  @Test
  void cve_2016_6595_nodesThatSayNothingKeepNobodyOut() {
    SwarmNode manager = manager();
    List<Mailbox> silent = new ArrayList<>();
    for (int i = 0; i < 70; i++) {
      GrpcTransport transport = transport(nobody());
      Mailbox inbox = new Mailbox(loop);
      for (int j = 0; j < 2; j++) {
        transport.connect(
            address(manager), ChannelKind.ENROLMENT, PeerIdentity.ANONYMOUS, loop, inbox);
      }
      silent.add(inbox);
    }
    await("those too many to be hung up on", () -> silent.stream().anyMatch(Mailbox::isClosed));
    CertificateRequest request = CertificateRequest.create();
    EnrolmentMessage.Join question = join(token(manager), request);

    EnrolmentMessage answer = result(ask(nobody(), manager, question, Duration.ofSeconds(5)));

    assertThat(answer).isInstanceOf(EnrolmentMessage.Issued.class);
  }

  @Test
  void cve_2016_6595_aHundredBadAttemptsWriteNothingAndGoodOnesGoThrough() {
    SwarmNode manager = manager();
    goodJoins(manager, 1);
    long version = manager.store().view().version();
    assertRefused(badAttempts(manager));
    assertThat(manager.store().view().version()).as("nothing is written").isEqualTo(version);

    List<CompletionStage<EnrolmentMessage>> bad = badAttempts(manager);
    Duration among = goodJoins(manager, 15);

    assertThat(among).as("15 joins among 100 bad attempts").isLessThan(Duration.ofSeconds(8));
    assertRefused(bad);
  }

  /** One after the other, each by a connection of its own. */
  private Duration goodJoins(SwarmNode manager, int count) {
    String address = address(manager);
    String token = token(manager);
    CertificateRequest request = CertificateRequest.create();
    Stopwatch watch = Stopwatch.createUnstarted();
    for (int i = 0; i < count; i++) {
      GrpcTransport transport = transport(nobody());
      watch.start();
      result(ask(transport, address, join(token, request)));
      watch.stop();
    }
    return watch.elapsed();
  }

  /** A hundred, by ten connections. */
  private List<CompletionStage<EnrolmentMessage>> badAttempts(SwarmNode manager) {
    EnrolmentMessage.Join guess = join(WRONG_TOKEN, CertificateRequest.create());
    List<CompletionStage<EnrolmentMessage>> asked = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      GrpcTransport transport = transport(nobody());
      for (int j = 0; j < 10; j++) {
        asked.add(ask(transport, address(manager), guess));
      }
    }
    return asked;
  }

  private void assertRefused(List<CompletionStage<EnrolmentMessage>> bad) {
    for (CompletionStage<EnrolmentMessage> each : bad) {
      assertThatThrownBy(() -> result(each))
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("a valid join token is needed");
    }
  }

  @Test
  void requestsThatMakeNoSenseAreRefusedAndChangeNothing() {
    SwarmNode manager = manager();
    String token = token(manager);
    long nodesBefore = manager.swarm().nodes().list(Filter.all()).await().size();

    for (String csr : List.of("", "garbage", "x".repeat(CertificateRequest.MAX_LENGTH + 1))) {
      EnrolmentMessage.Join question =
          new EnrolmentMessage.Join(token, csr, NodeSpec.worker(), null);
      assertThatThrownBy(() -> result(ask(nobody(), manager, question, Duration.ofSeconds(5))))
          .as("a request of %s characters", csr.length())
          .isInstanceOf(InvalidSpecException.class)
          .hasMessageContaining("certificate request")
          .hasMessageNotContaining(token);
    }
    NodeSpec named = NodeSpec.worker().toBuilder().label("", "").build();
    assertThatThrownBy(
            () ->
                result(
                    ask(
                        nobody(),
                        manager,
                        new EnrolmentMessage.Join(
                            token, CertificateRequest.create().pem(), named, null),
                        Duration.ofSeconds(5))))
        .as("a spec that breaks a rule")
        .isInstanceOf(InvalidSpecException.class);
    assertThat(manager.swarm().nodes().list(Filter.all()).await()).hasSize((int) nodesBefore);
  }
}
