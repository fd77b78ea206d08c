// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.common.base.Stopwatch;
import io.jswarm.api.Filter;
import io.jswarm.dispatch.AgentMessage;
import io.jswarm.dispatch.ManagerMessage;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import io.jswarm.model.TaskStatus;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.transport.Channel;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Mailbox;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Nodes that claim what is not theirs: another's identity, tasks or session, or membership. */
class ForeignNodeTest extends NodesTest {
  @Test
  void aNodeStartedTwiceFromACopyOfItsDataHarmsNobodyElse() throws IOException {
    SwarmNode manager = manager();
    worker("w1", manager);
    SwarmNode other = worker("w2", manager);
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 6).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    List<SimulatedHost.Run> before = hosts.get("w2").running();
    Set<NodeState> states = statesOf(manager, other);
    long version = manager.store().view().version();

    copy(dir.resolve("w1"), dir.resolve("w1-copy"));
    SwarmNode twin = run("w1-copy", builder("w1-copy"));

    assertThat(twin.id()).isEqualTo(nodes.get("w1").id());
    Stopwatch together = Stopwatch.createStarted();
    while (together.elapsed().toSeconds() < 5) {
      assertThat(hosts.get("w2").running()).as("tasks of another node").isEqualTo(before);
      pause();
    }
    assertThat(states).as("states of another node").isSubsetOf(NodeState.READY);
    assertThat(manager.store().view().version() - version)
        .as("writes on account of the two")
        .isLessThan(60);
    manager.swarm().services().scale("web", 7).await(LONG);
  }

  private static void copy(Path from, Path to) throws IOException {
    try (Stream<Path> all = Files.walk(from)) {
      for (Path each : all.toList()) {
        Files.copy(each, to.resolve(from.relativize(each)));
      }
    }
  }

  private static AgentMessage.TaskReport failed(Task task) {
    TaskStatus status = TaskStatus.of(TaskState.FAILED, Instant.EPOCH, "forged");
    return new AgentMessage.TaskReport(task.id(), status);
  }

  @Test
  void c11_5_aNodeReportsOnItsOwnTasksOnly() {
    SwarmNode manager = manager();
    SwarmNode victim = worker("w1", manager);
    manager
        .swarm()
        .services()
        .create(ServiceSpec.replicated("web", 4).image("web:1").build())
        .await();
    manager.swarm().services().awaitConverged("web", LONG).await();
    Task task = manager.swarm().tasks().list(Filter.all().node(victim.id())).await().get(0);
    NodeIdentity identity = member(manager);
    Mailbox inbox = new Mailbox(loop);

    Channel channel = agentChannel(identity, manager, inbox);
    channel.send(new AgentMessage.Register("", 1, NodeDescription.NONE));
    ManagerMessage.Registered session = first(inbox, ManagerMessage.Registered.class);
    assertThat(session.node().id()).as("who it is taken for").isEqualTo(identity.nodeId());
    channel.send(new AgentMessage.ReportStatus(session.sessionId(), 1, List.of(failed(task))));

    assertThat(first(inbox, ManagerMessage.StatusRefused.class).detail())
        .contains(task.id())
        .contains("belongs to node " + victim.id());
    manager.swarm().barrier().await();
    assertThat(manager.swarm().tasks().inspect(task.id()).await().state())
        .isEqualTo(TaskState.RUNNING);
  }

  @Test
  void c11_5_aSessionOfAnotherNodeIsOfNoUse() {
    SwarmNode manager = manager();
    Mailbox theirs = new Mailbox(loop);
    Channel victim = agentChannel(member(manager), manager, theirs);
    victim.send(new AgentMessage.Register("", 1, NodeDescription.NONE));
    String session = first(theirs, ManagerMessage.Registered.class).sessionId();
    Mailbox inbox = new Mailbox(loop);

    Channel channel = agentChannel(member(manager), manager, inbox);
    channel.send(new AgentMessage.Heartbeat(session));

    assertThat(first(inbox, ManagerMessage.Refused.class).reason())
        .isEqualTo(ManagerMessage.Reason.INVALID_SESSION);
    victim.send(new AgentMessage.Heartbeat(session));
    first(theirs, ManagerMessage.HeartbeatReply.class);
  }

  /** It claims to be the manager; what counts is its certificate. */
  private Channel agentChannel(NodeIdentity identity, SwarmNode manager, Mailbox inbox) {
    NodeCredentials credentials = NodeCredentials.of(clock, identity, nobody().roots());
    PeerIdentity claimed = new PeerIdentity(manager.id(), NodeRole.MANAGER);
    return transport(credentials)
        .connect(address(manager), ChannelKind.DISPATCHER, claimed, loop, inbox);
  }

  private <M extends Message> M first(Mailbox inbox, Class<M> type) {
    await(type.getSimpleName(), () -> inbox.messages().stream().anyMatch(type::isInstance));
    return inbox.messages().stream().filter(type::isInstance).map(type::cast).findFirst().get();
  }

  @Test
  void aRemovedNodesRenewalAndJoinSayWhatToDo() {
    SwarmNode manager = manager();
    NodeIdentity removed = member(manager);
    manager.swarm().nodes().remove(removed.nodeId(), true).await();
    NodeCredentials stolen = NodeCredentials.of(clock, removed, nobody().roots());

    assertThatThrownBy(
            () ->
                result(
                    ask(
                        stolen,
                        manager,
                        new EnrolmentMessage.Renew(CertificateRequest.create().pem()),
                        Duration.ofSeconds(1))))
        .isInstanceOf(SwarmException.class)
        .hasMessageContaining("was removed from the cluster")
        .hasMessageContaining("token");
    assertThat(member(manager).nodeId()).as("it joins as another").isNotEqualTo(removed.nodeId());
  }
}
