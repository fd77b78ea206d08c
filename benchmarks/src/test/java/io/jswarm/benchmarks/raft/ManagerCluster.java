// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.model.NodeRole;
import io.jswarm.raft.chaos.ClosedLoop;
import io.jswarm.raft.chaos.ControlClient;
import io.jswarm.raft.chaos.ManagerProcess;
import io.jswarm.raft.chaos.Ports;
import io.jswarm.raft.chaos.TcpTransport;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.transport.Channel;
import io.jswarm.transport.Message;
import io.jswarm.transport.PeerIdentity;
import io.jswarm.transport.RawMessage;
import io.jswarm.transport.Receiver;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Our managers, each a JVM of its own. */
final class ManagerCluster implements Cluster {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final Path directory = Child.directory("managers");
  private final List<Integer> ports = new ArrayList<>();
  private final List<Integer> controls = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final Environment environment = Environment.system();
  private final EventLoop loop = environment.loops().create("load");
  private final TcpTransport transport = TcpTransport.open();
  private final List<Bulk> probes = new ArrayList<>();

  private ManagerCluster(int size) {
    for (int i = 0; i < size; i++) {
      ports.add(Ports.free());
      controls.add(Ports.free());
      processes.add(
          launch(
              i, i == 0 ? ReplicatedLogFactory.Entry.BOOTSTRAP : ReplicatedLogFactory.Entry.JOIN));
      awaitStart(i);
      if (i == 0) {
        awaitLeader();
      } else {
        add(i);
      }
      probes.add(new Bulk(ports.get(i)));
    }
  }

  /** Whether there is a log to measure. */
  static boolean isPresent() {
    return System.getProperty("bench.log") != null
        || ServiceLoader.load(ReplicatedLogFactory.class).iterator().hasNext();
  }

  static ManagerCluster start(int size) {
    return new ManagerCluster(size);
  }

  private Process launch(int member, ReplicatedLogFactory.Entry entry) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx1g",
                "-cp",
                Child.classPath()));
    String options = System.getProperty("bench.jvm", "");
    if (!options.isEmpty()) {
      command.addAll(Arrays.asList(options.split(" ")));
    }
    command.addAll(
        List.of(
            ManagerProcess.class.getName(),
            "name=m" + member,
            "address=127.0.0.1:" + ports.get(member),
            "control=" + controls.get(member),
            "dir=" + directory.resolve("m" + member),
            "work=" + directory.resolve("m" + member + "-rig"),
            "entry=" + entry,
            "log=" + System.getProperty("bench.log", "")));
    return Child.start(directory.resolve("m" + member + ".log"), command);
  }

  private void awaitStart(int member) {
    for (int tries = 0; tries < 1_500; tries++) {
      if (ask(member, "status").outcome() == ControlClient.Outcome.OK) {
        return;
      }
      if (!processes.get(member).isAlive()) {
        break;
      }
      Waiting.millis(20);
    }
    throw new IllegalStateException("manager " + member + " does not start; see " + directory);
  }

  private void add(int member) {
    String self = ask(member, "self").result();
    for (int tries = 0; ; tries++) {
      ControlClient.Answer answer =
          ControlClient.ask(controls.get(awaitLeader()), "add " + self, Duration.ofSeconds(30));
      if (answer.outcome() == ControlClient.Outcome.OK) {
        return;
      }
      if (tries == 20) {
        throw new IllegalStateException("manager " + member + " is not added: " + answer.text());
      }
      Waiting.millis(200);
    }
  }

  private ControlClient.Answer ask(int member, String command) {
    return ControlClient.ask(controls.get(member), command, PATIENCE);
  }

  @Override
  public String name() {
    return "jswarm";
  }

  @Override
  public int awaitLeader() {
    for (int tries = 0; tries < 3_000; tries++) {
      for (int i = 0; i < processes.size(); i++) {
        if (processes.get(i).isAlive() && ask(i, "status").text().startsWith("leading=true")) {
          return i;
        }
      }
      Waiting.millis(10);
    }
    throw new IllegalStateException("no leader; see " + directory);
  }

  @Override
  public Writer writer(int bytes, int inFlight) {
    Bulk bulk = new Bulk(ports.get(awaitLeader()));
    byte[] value = new byte[bytes];
    new Random(1).nextBytes(value);
    return new Writer() {
      @Override
      public CompletionStage<?> put(int key) {
        return bulk.put(key, value);
      }

      @Override
      public void close() {
        bulk.close();
      }
    };
  }

  /** Runs a load inside the leader, as a program does that has the manager in its own process. */
  ClosedLoop.Result inProcess(int bytes, int inFlight, int keys, Duration warmUp, Duration length) {
    String command =
        String.join(
            " ",
            "bench",
            Integer.toString(inFlight),
            Integer.toString(bytes),
            Integer.toString(keys),
            Long.toString(warmUp.toMillis()),
            Long.toString(length.toMillis()));
    return ClosedLoop.Result.parse(
        ControlClient.ask(
                controls.get(awaitLeader()),
                command,
                warmUp.plus(length).plus(Duration.ofSeconds(60)))
            .result());
  }

  @Override
  public CompletionStage<?> tryWrite(int member) {
    return probes.get(member).put(0, new byte[256]);
  }

  @Override
  public void kill(int member) {
    Child.kill(processes.get(member));
  }

  @Override
  public void restart(int member) {
    processes.set(member, launch(member, ReplicatedLogFactory.Entry.JOIN));
    awaitStart(member);
    probes.set(member, new Bulk(ports.get(member)));
    for (int tries = 0; tries < 1_500; tries++) {
      if (position(member) >= position(awaitLeader())) {
        return;
      }
      Waiting.millis(20);
    }
    throw new IllegalStateException("manager " + member + " does not catch up; see " + directory);
  }

  private long position(int member) {
    String status = ask(member, "status").text();
    int at = status.indexOf("position=");
    return at < 0 ? -1 : Long.parseLong(status.substring(at + 9, status.indexOf(' ', at)));
  }

  @Override
  public List<Process> processes() {
    return processes;
  }

  @Override
  public void close() {
    probes.forEach(Bulk::close);
    transport.close();
    loop.close();
    environment.close();
    processes.forEach(Child::kill);
    Child.remove(directory);
  }

  /** A connection that writes. */
  private final class Bulk implements Receiver {
    private final Map<Long, CompletableFuture<Long>> pending = new ConcurrentHashMap<>();
    private final AtomicLong numbers = new AtomicLong();
    private final Channel channel;
    private volatile boolean closed;

    Bulk(int port) {
      channel =
          transport.connect(
              "127.0.0.1:" + port,
              ManagerProcess.BULK,
              new PeerIdentity("load", NodeRole.MANAGER),
              loop,
              this);
    }

    CompletableFuture<Long> put(int key, byte[] value) {
      long number = numbers.incrementAndGet();
      CompletableFuture<Long> answer = new CompletableFuture<>();
      pending.put(number, answer);
      channel.send(
          new RawMessage(
              ByteBuffer.allocate(12 + value.length)
                  .putLong(number)
                  .putInt(key)
                  .put(value)
                  .array()));
      if (closed) {
        onClosed("closed before");
      }
      return answer;
    }

    @Override
    public void onMessage(Message message) {
      ByteBuffer in = ByteBuffer.wrap(((RawMessage) message).bytes());
      CompletableFuture<Long> answer = pending.remove(in.getLong());
      long position = in.getLong();
      if (answer == null) {
        return;
      }
      if (position < 0) {
        answer.completeExceptionally(
            new IllegalStateException(
                position == ManagerProcess.REFUSED ? "refused" : "perhaps written"));
      } else {
        answer.complete(position);
      }
    }

    @Override
    public void onClosed(String reason) {
      closed = true;
      pending
          .values()
          .forEach(
              answer -> answer.completeExceptionally(new IllegalStateException("lost: " + reason)));
      pending.clear();
    }

    void close() {
      channel.close();
    }
  }
}
