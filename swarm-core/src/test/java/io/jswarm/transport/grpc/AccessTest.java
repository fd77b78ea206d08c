// SPDX-License-Identifier: Apache-2.0
package io.jswarm.transport.grpc;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.collect.ImmutableList;
import io.grpc.MethodDescriptor;
import io.grpc.ServerMethodDefinition;
import io.jswarm.model.NodeRole;
import io.jswarm.transport.Authorisation;
import io.jswarm.transport.ChannelKind;
import io.jswarm.transport.Message;
import io.jswarm.transport.MessageCodec;
import io.jswarm.transport.RawMessage;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Who can call what, for every method there is and every kind of caller. */
class AccessTest {
  private static final byte[] GARBAGE = "garbage".getBytes(StandardCharsets.UTF_8);

  /** Kinds whose decoder was asked. */
  private final Set<ChannelKind> decoded = new ConcurrentSkipListSet<>();

  private Authorisation table = Authorisation.STANDARD;
  private GrpcWorld world;

  /** Somebody with a certificate of some sort. */
  enum Caller {
    WITHOUT_CERTIFICATE("Enrolment"),
    WORKER("Dispatcher", "Enrolment", "Ping"),
    MANAGER("Dispatcher", "Raft", "Control", "Enrolment", "Ping"),
    MANAGER_OF_ANOTHER_ROOT(),
    MANAGER_OF_ANOTHER_CLUSTER_OF_THE_SAME_ROOT(),
    EXPIRED(),
    REMOVED();

    private final ImmutableList<String> allowed;

    Caller(String... allowed) {
      this.allowed = ImmutableList.copyOf(allowed);
    }

    TestCredentials credentials(GrpcWorld world) {
      TestAuthority ours = world.authority;
      return world.credentials(
          switch (this) {
            case WITHOUT_CERTIFICATE -> null;
            case WORKER -> world.issue(NodeRole.WORKER, "w1");
            case MANAGER -> world.issue(NodeRole.MANAGER, "m2");
            case MANAGER_OF_ANOTHER_ROOT ->
                new TestAuthority("other")
                    .issue(TestCredentials.CLUSTER, NodeRole.MANAGER, "m2", GrpcWorld.DAY);
            case MANAGER_OF_ANOTHER_CLUSTER_OF_THE_SAME_ROOT ->
                ours.issue("c2", NodeRole.MANAGER, "m2", GrpcWorld.DAY);
            case EXPIRED ->
                ours.issue(TestCredentials.CLUSTER, NodeRole.MANAGER, "m2", Duration.ofSeconds(-1));
            case REMOVED -> world.issue(NodeRole.MANAGER, "gone");
          });
    }
  }

  private void start() {
    world = new GrpcWorld(limits -> limits, this::watched);
    world.serverCredentials.remove("gone");
    for (ChannelKind kind : ChannelKind.values()) {
      world.listen(kind);
    }
  }

  private GrpcTransport.Builder watched(GrpcTransport.Builder builder) {
    for (ChannelKind kind : ChannelKind.values()) {
      builder.codec(
          kind,
          new MessageCodec() {
            @Override
            public byte[] encode(Message message) {
              return ((RawMessage) message).bytes();
            }

            @Override
            public Message decode(byte[] bytes) {
              decoded.add(kind);
              return new RawMessage(bytes);
            }
          });
    }
    return builder.authorisation(table);
  }

  @AfterEach
  void stop() throws Exception {
    world.close();
  }

  private Collection<ServerMethodDefinition<?, ?>> methods() {
    TransportLimits limits = TransportLimits.standard();
    return new Acceptor(Authorisation.STANDARD, java.util.Map.of(), limits)
        .service(
            new ServerConnections(
                world.environment, world.serverCredentials, limits, world.serverLoop))
        .getMethods();
  }

  @Test
  void thereIsAMethodForEachKindAndOneToPing() {
    start();

    assertThat(methods().stream().map(method -> method.getMethodDescriptor().getBareMethodName()))
        .containsExactlyInAnyOrderElementsOf(
            Stream.concat(
                    Stream.of("Ping"),
                    Arrays.stream(ChannelKind.values())
                        .map(kind -> Wire.method(kind).getBareMethodName()))
                .toList());
  }

  @ParameterizedTest
  @EnumSource
  @SuppressWarnings("unchecked") // all are of bytes
  void everyMethodIsOpenToThoseInTheTable(Caller caller) throws Exception {
    start();
    List<String> open = new ArrayList<>();
    try (RawClient client = new RawClient(world.bound, caller.credentials(world))) {
      for (ServerMethodDefinition<?, ?> method : methods()) {
        var descriptor = (MethodDescriptor<byte[], byte[]>) method.getMethodDescriptor();
        RawClient.Outcome outcome = client.call(descriptor, GARBAGE);
        if (outcome.open()) {
          open.add(descriptor.getBareMethodName());
        } else {
          assertThat(outcome.status().getCode().name())
              .isIn("UNAUTHENTICATED", "PERMISSION_DENIED", "UNAVAILABLE");
        }
      }
    }

    assertThat(open).containsExactlyInAnyOrderElementsOf(caller.allowed);
    assertThat(decoded.stream().map(kind -> Wire.method(kind).getBareMethodName()))
        .isSubsetOf(caller.allowed);
  }

  @Test
  void whatIsNotInTheTableIsRefused() throws Exception {
    for (ChannelKind kind : ChannelKind.values()) {
      table = Authorisation.STANDARD.without(kind);
      start();
      try (RawClient client = new RawClient(world.bound, Caller.MANAGER.credentials(world))) {
        RawClient.Outcome outcome = client.call(Wire.method(kind), GARBAGE);

        assertThat(outcome.open()).isFalse();
        assertThat(outcome.status().getDescription()).contains("may not").contains(kind.name());
      }
      assertThat(decoded).isEmpty();
      if (kind != ChannelKind.ENROLMENT) {
        world.close();
      }
    }
  }

  /** 35209: a rogue node joins; 35211: becomes leader; 35214 and 35215: writes and reads state. */
  @Test
  void cve_2020_35209_35211_35214_35215_nothingOfARogueNodeIsEverRead() throws Exception {
    start();
    for (Caller rogue :
        List.of(Caller.WITHOUT_CERTIFICATE, Caller.MANAGER_OF_ANOTHER_ROOT, Caller.EXPIRED)) {
      try (RawClient client = new RawClient(world.bound, rogue.credentials(world))) {
        for (ChannelKind kind :
            List.of(ChannelKind.RAFT, ChannelKind.CONTROL, ChannelKind.DISPATCHER)) {
          assertThat(client.call(Wire.method(kind), GARBAGE).open()).isFalse();
        }
      }
    }

    assertThat(decoded).isEmpty();
    assertThat(world.accepted).isEmpty();
    assertThat(world.atServer.messages()).isEmpty();
  }

  /** 35213 and 35216: false events about links and members; a channel says itself who it is. */
  @Test
  void cve_2020_35213_35216_nobodySpeaksForAnotherNode() throws Exception {
    start();
    GrpcTransport worker = world.transport(Caller.WORKER.credentials(world));

    world.connect(worker, ChannelKind.DISPATCHER, world.atClient).send(new RawMessage(GARBAGE));

    assertThat(world.accepted().peer().nodeId()).isEqualTo("w1");
    assertThat(world.accepted).isEmpty();
  }
}
