// SPDX-License-Identifier: Apache-2.0
package io.jswarm.benchmarks.raft;

import io.jswarm.raft.chaos.Ports;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.StringJoiner;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;

/** Members of an etcd on the loopback, with its defaults, as Debian's etcd-server has it. */
final class EtcdCluster implements Cluster {
  private static final Duration DEADLINE = Duration.ofSeconds(20);

  private final Path directory = Child.directory("etcd");
  private final List<Integer> clientPorts = new ArrayList<>();
  private final List<Integer> peerPorts = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final List<EtcdClient> probes = new ArrayList<>();
  private final int size;

  private EtcdCluster(int size) {
    this.size = size;
    for (int i = 0; i < size; i++) {
      clientPorts.add(Ports.free());
      peerPorts.add(Ports.free());
    }
    for (int i = 0; i < size; i++) {
      processes.add(launch(i));
      probes.add(new EtcdClient(clientPorts.get(i), 1));
    }
    awaitLeader();
  }

  static boolean isInstalled() {
    return Child.isInstalled("etcd");
  }

  static EtcdCluster start(int size) {
    return new EtcdCluster(size);
  }

  private Process launch(int member) {
    StringJoiner everybody = new StringJoiner(",");
    for (int i = 0; i < size; i++) {
      everybody.add("e" + i + "=http://127.0.0.1:" + peerPorts.get(i));
    }
    String client = "http://127.0.0.1:" + clientPorts.get(member);
    String peer = "http://127.0.0.1:" + peerPorts.get(member);
    return Child.start(
        directory.resolve("e" + member + ".log"),
        List.of(
            "etcd",
            "--name=e" + member,
            "--data-dir=" + directory.resolve("e" + member),
            "--listen-client-urls=" + client,
            "--advertise-client-urls=" + client,
            "--listen-peer-urls=" + peer,
            "--initial-advertise-peer-urls=" + peer,
            "--initial-cluster=" + everybody,
            "--initial-cluster-state=new",
            "--quota-backend-bytes=8589934592",
            "--logger=zap",
            "--log-outputs=stderr"));
  }

  @Override
  public String name() {
    return "etcd";
  }

  @Override
  public Writer writer(int bytes, int inFlight) {
    int connections = Integer.getInteger("bench.etcd.connections", Math.min(inFlight, 8));
    EtcdClient client = new EtcdClient(clientPorts.get(awaitLeader()), connections);
    byte[] value = new byte[bytes];
    new Random(1).nextBytes(value);
    return new Writer() {
      @Override
      public CompletionStage<?> put(int key) {
        return client.put(key, value, DEADLINE);
      }

      @Override
      public void close() {
        client.close();
      }
    };
  }

  @Override
  public CompletionStage<?> tryWrite(int member) {
    return probes.get(member).put(0, new byte[256], Duration.ofSeconds(5));
  }

  @Override
  public int awaitLeader() {
    for (int tries = 0; tries < 3_000; tries++) {
      for (int i = 0; i < size; i++) {
        if (processes.get(i).isAlive() && leads(i)) {
          return i;
        }
      }
      Waiting.millis(10);
    }
    throw new IllegalStateException("no leader; see " + directory);
  }

  private boolean leads(int member) {
    try {
      return probes.get(member).leads(Duration.ofSeconds(1)).join();
    } catch (CompletionException e) {
      return false;
    }
  }

  @Override
  public void kill(int member) {
    Child.kill(processes.get(member));
    probes.get(member).close();
  }

  @Override
  public void restart(int member) {
    processes.set(member, launch(member));
    probes.set(member, new EtcdClient(clientPorts.get(member), 1));
    for (int tries = 0; tries < 3_000; tries++) {
      try {
        tryWrite(member).toCompletableFuture().join();
        return;
      } catch (CompletionException e) {
        Waiting.millis(10);
      }
    }
    throw new IllegalStateException("member " + member + " does not come back; see " + directory);
  }

  @Override
  public List<Process> processes() {
    return processes;
  }

  @Override
  public void close() {
    probes.forEach(EtcdClient::close);
    processes.forEach(Child::kill);
    Child.remove(directory);
  }
}
