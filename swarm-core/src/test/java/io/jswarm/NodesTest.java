// SPDX-License-Identifier: Apache-2.0
package io.jswarm;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.common.base.Stopwatch;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.TimeSource;
import io.jswarm.membership.CertificateClient;
import io.jswarm.membership.EnrolmentMessage;
import io.jswarm.model.Node;
import io.jswarm.model.NodeRole;
import io.jswarm.model.NodeSpec;
import io.jswarm.model.NodeState;
import io.jswarm.orchestration.SpreadingTestEngine;
import io.jswarm.runtime.SimulatedHost;
import io.jswarm.security.CertificateRequest;
import io.jswarm.security.IdentityFiles;
import io.jswarm.security.NodeCredentials;
import io.jswarm.security.NodeIdentity;
import io.jswarm.store.Commit;
import io.jswarm.store.ReadView;
import io.jswarm.store.WatchListener;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.grpc.GrpcTransport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** Nodes of one cluster, each with a port, a data directory and a simulated host of its own. */
abstract class NodesTest {
  static final Duration LONG = Duration.ofSeconds(30);
  static final String WRONG_TOKEN = "SWMTKN-1-" + "0".repeat(50) + "-" + "0".repeat(25);

  @TempDir Path dir;

  final Environment world = Environment.system();
  final EventLoop loop = world.loops().create("test");
  final ShiftedClock clock = new ShiftedClock(Duration.ZERO);
  final Map<String, SimulatedHost> hosts = new TreeMap<>();
  final Map<String, SwarmNode> nodes = new TreeMap<>();
  final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened) {
      each.close();
    }
    nodes.values().forEach(SwarmNode::kill);
    loop.close();
    world.close();
  }

  /** A wall clock that can be set; time itself goes on as ever. */
  static final class ShiftedClock implements TimeSource {
    private volatile Duration shift;

    ShiftedClock(Duration shift) {
      this.shift = shift;
    }

    void advance(Duration by) {
      shift = shift.plus(by);
    }

    @Override
    public long nanoTime() {
      return System.nanoTime();
    }

    @Override
    public Instant now() {
      return Instant.now().plus(shift);
    }
  }

  /** Looks at a clock that was set at once, and not only within a minute. */
  private record HastyLoop(EventLoop loop) implements EventLoop {
    @Override
    public Timer schedule(Duration delay, Runnable task) {
      boolean look = delay.equals(Duration.ofMinutes(1));
      return loop.schedule(look ? Duration.ofMillis(20) : delay, task);
    }

    @Override
    public String name() {
      return loop.name();
    }

    @Override
    public void execute(Runnable input) {
      loop.execute(input);
    }

    @Override
    public boolean inLoop() {
      return loop.inLoop();
    }

    @Override
    public long nanoTime() {
      return loop.nanoTime();
    }

    @Override
    public Instant now() {
      return loop.now();
    }

    @Override
    public void onTurnEnd(Runnable hook) {
      loop.onTurnEnd(hook);
    }

    @Override
    public void close() {
      loop.close();
    }
  }

  Environment withClock(TimeSource time) {
    return new Environment(
        time,
        world.random().split(),
        world.ids(),
        name -> {
          EventLoop created = world.loops().create(name);
          return name.startsWith("network-") ? new HastyLoop(created) : created;
        },
        world.blocking(),
        false,
        world.awaiter());
  }

  SwarmNode.Builder builder(String name, Environment environment) {
    SimulatedHost host =
        hosts.computeIfAbsent(name, key -> SimulatedHost.builder(world).hostname(key).build());
    return SwarmNode.builder()
        .name(name)
        .environment(environment)
        .dataDir(dir.resolve(name))
        .placement(new SpreadingTestEngine())
        .runtime(host.runtime());
  }

  SwarmNode.Builder builder(String name) {
    return builder(name, withClock(clock));
  }

  SwarmNode run(String name, SwarmNode.Builder builder) {
    SwarmNode node = builder.start();
    nodes.put(name, node);
    return node;
  }

  SwarmNode manager() {
    return run("m1", builder("m1").asManager().listen("127.0.0.1", 0));
  }

  static String address(SwarmNode manager) {
    return manager.swarm().nodes().inspect(manager.id()).await().managerStatus().addr();
  }

  static String token(SwarmNode manager) {
    return manager.swarm().joinToken(NodeRole.WORKER).await();
  }

  SwarmNode worker(String name, SwarmNode manager) {
    return run(name, builder(name).join(address(manager), token(manager)));
  }

  static Node object(SwarmNode manager, SwarmNode node) {
    return manager.swarm().nodes().inspect(node.id()).await();
  }

  static boolean isReady(SwarmNode manager, SwarmNode node) {
    return object(manager, node).status().state() == NodeState.READY;
  }

  void await(String what, BooleanSupplier condition) {
    Stopwatch waiting = Stopwatch.createStarted();
    while (!condition.getAsBoolean()) {
      assertThat(waiting.elapsed()).as("waiting for %s", what).isLessThan(LONG);
      pause();
    }
  }

  void pause() {
    world.awaiter().await(new CompletableFuture<>(), Duration.ofMillis(10));
  }

  /** Whether a node ever was anything but READY since this was called. */
  Set<NodeState> statesOf(SwarmNode manager, SwarmNode node) {
    Set<NodeState> states = new ConcurrentSkipListSet<>();
    WatchListener listener =
        new WatchListener() {
          @Override
          public void onCommit(Commit commit, ReadView state) {
            states.add(state.node(node.id()).orElseThrow().status().state());
          }
        };
    opened.add(manager.store().watch(Runnable::run, Integer.MAX_VALUE, listener));
    return states;
  }

  GrpcTransport transport(NodeCredentials credentials) {
    GrpcTransport transport = GrpcNodeNetwork.transport(world, credentials);
    opened.add(transport);
    return transport;
  }

  NodeCredentials nobody() {
    return NodeCredentials.of(
        clock, null, IdentityFiles.in(dir.resolve("m1/certificates"), null).roots());
  }

  /** What is in a node's data directory, for whoever got hold of it. */
  NodeCredentials stolen(String name) {
    IdentityFiles files = IdentityFiles.in(dir.resolve(name + "/certificates"), null);
    return NodeCredentials.of(clock, files.load().orElseThrow(), files.roots());
  }

  CompletionStage<EnrolmentMessage> ask(
      GrpcTransport transport, String address, EnrolmentMessage question) {
    return new CertificateClient(transport, loop, PeerIdentity.ANONYMOUS)
        .ask(List.of(address), question, LONG);
  }

  static EnrolmentMessage.Join join(String token, CertificateRequest request) {
    return new EnrolmentMessage.Join(token, request.pem(), NodeSpec.worker(), null);
  }

  <T> T result(CompletionStage<T> stage) {
    return Reply.of(stage, world.awaiter()).await(LONG.multipliedBy(2));
  }

  /** A member of which no node runs. */
  NodeIdentity member(SwarmNode manager) {
    CertificateRequest request = CertificateRequest.create();
    return request.certified(
        NewNode.issued(
                result(ask(transport(nobody()), address(manager), join(token(manager), request))))
            .chain());
  }

  CompletionStage<EnrolmentMessage> ask(
      NodeCredentials who, SwarmNode manager, EnrolmentMessage question, Duration patience) {
    return new CertificateClient(transport(who), loop, PeerIdentity.ANONYMOUS)
        .ask(List.of(address(manager)), question, patience);
  }
}
