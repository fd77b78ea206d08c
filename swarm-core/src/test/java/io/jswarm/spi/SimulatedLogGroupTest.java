// SPDX-License-Identifier: Apache-2.0
package io.jswarm.spi;

import io.jswarm.loop.EventLoop;
import io.jswarm.loop.SimulatedEnvironment;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;

/** The simulated logs keep the contract of real ones, whatever the seed. */
class SimulatedLogGroupTest {
  @Nested
  class SeedOne extends WithSeed {
    SeedOne() {
      super(1);
    }
  }

  @Nested
  class SeedTwo extends WithSeed {
    SeedTwo() {
      super(2);
    }
  }

  @Nested
  class SeedThree extends WithSeed {
    SeedThree() {
      super(3);
    }
  }

  abstract static class WithSeed extends ReplicatedLogGroupTck {
    private final long seed;

    WithSeed(long seed) {
      this.seed = seed;
    }

    @Override
    protected Group newGroup() {
      return new SimulatedGroup(new SimulatedEnvironment(seed));
    }
  }

  private static final class SimulatedGroup implements ReplicatedLogGroupTck.Group {
    private final SimulatedEnvironment world;
    private final SimulatedLogGroup logs;
    private final Map<String, EventLoop> loops = new TreeMap<>();

    SimulatedGroup(SimulatedEnvironment world) {
      this.world = world;
      this.logs = new SimulatedLogGroup(world);
      logs.snapshots(100, 20);
    }

    @Override
    public ReplicatedLog create(String name, ReplicatedLogFactory.Entry entry) {
      return logs.create(name, "address-of-" + name, entry);
    }

    private EventLoop loop(String name) {
      return loops.computeIfAbsent(name, world.environment().loops()::create);
    }

    @Override
    public Executor owner(String name) {
      return loop(name);
    }

    @Override
    public boolean onOwner(String name) {
      return loop(name).inLoop();
    }

    @Override
    public void kill(String name, ReplicatedLog log) {
      logs.kill(name);
    }

    @Override
    public void isolate(String name) {
      logs.isolate(name);
    }

    @Override
    public void heal(String name) {
      logs.heal(name);
    }

    @Override
    public void await(String what, BooleanSupplier condition) {
      if (!world.runUntil(condition, Duration.ofSeconds(60))) {
        throw new AssertionError("seed " + world.seed() + ": waited in vain for " + what);
      }
    }

    @Override
    public void pass() {
      world.runFor(Duration.ofSeconds(2));
    }

    @Override
    public int entriesBeforeSnapshot() {
      return 100;
    }

    @Override
    public void close() {
      if (!logs.violations().isEmpty()) {
        throw new AssertionError(logs.violations().toString());
      }
    }
  }
}
