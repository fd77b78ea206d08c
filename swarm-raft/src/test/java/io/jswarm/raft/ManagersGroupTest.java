// SPDX-License-Identifier: Apache-2.0
package io.jswarm.raft;

import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import io.jswarm.raft.storage.Disk;
import io.jswarm.raft.storage.Seal;
import io.jswarm.raft.storage.SimulatedDisk;
import io.jswarm.spi.ReplicatedLog;
import io.jswarm.spi.ReplicatedLogFactory;
import io.jswarm.spi.ReplicatedLogFactory.Settings;
import io.jswarm.spi.ReplicatedLogGroupTck;
import io.jswarm.transport.LocalNetwork;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;

/** The contract of a log of several managers, in virtual time. */
class ManagersGroupTest extends ReplicatedLogGroupTck {
  @Override
  protected Group newGroup() {
    return new Simulated();
  }

  private static final class Simulated implements Group {
    private static final int SNAPSHOT = 50;

    private final SimulatedEnvironment world = new SimulatedEnvironment(11);
    private final LocalNetwork network = new LocalNetwork(world.environment());
    private final Map<String, SimulatedDisk> disks = new HashMap<>();
    private final Map<String, EventLoop> owners = new HashMap<>();

    @Override
    public ReplicatedLog create(String name, ReplicatedLogFactory.Entry entry) {
      SimulatedDisk disk = disks.computeIfAbsent(name, unused -> new SimulatedDisk());
      return new AtomixReplicatedLog(
          new Settings(name, address(name), Path.of("none"), world.environment(), network, entry),
          RaftSettings.defaults().withSnapshots(SNAPSHOT, 1 << 20, 0, 64 << 10),
          new AtomixReplicatedLog.Place() {
            @Override
            public Disk disk() {
              return disk;
            }

            @Override
            public Seal seal() {
              return Seal.withKey(new byte[32]);
            }
          });
    }

    private static String address(String name) {
      return name + ":2377";
    }

    @Override
    public Executor owner(String name) {
      return owners.computeIfAbsent(
          name, unused -> world.environment().loops().create("owner-" + name));
    }

    @Override
    public boolean onOwner(String name) {
      return owners.get(name).inLoop();
    }

    @Override
    public void kill(String name, ReplicatedLog log) {
      AtomixReplicatedLog killed = (AtomixReplicatedLog) log;
      killed.loop().close();
      killed.engine().peers().close();
      network.faults().breakConnections(name);
      network.faults().breakConnections(address(name));
      disks.put(name, disks.get(name).copy());
    }

    @Override
    public void isolate(String name) {
      network.faults().isolate(name);
      network.faults().isolate(address(name));
    }

    @Override
    public void heal(String name) {
      network.faults().heal(name);
      network.faults().heal(address(name));
    }

    @Override
    public void await(String what, BooleanSupplier condition) {
      if (!world.runUntil(condition, Duration.ofSeconds(60))) {
        throw new AssertionError("not within a minute: " + what);
      }
    }

    @Override
    public void pass() {
      world.runFor(Duration.ofSeconds(5));
    }

    @Override
    public int entriesBeforeSnapshot() {
      return 1_000; // the log has to fill more than one segment
    }

    @Override
    public void close() {}
  }
}
