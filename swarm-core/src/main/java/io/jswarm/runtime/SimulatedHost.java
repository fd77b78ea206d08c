// SPDX-License-Identifier: Apache-2.0
package io.jswarm.runtime;

import static java.util.Objects.requireNonNull;

import io.jswarm.TaskRuntimeException;
import io.jswarm.loop.Environment;
import io.jswarm.loop.EventLoop;
import io.jswarm.loop.RandomSource;
import io.jswarm.model.EngineDescription;
import io.jswarm.model.NodeDescription;
import io.jswarm.model.NodeResources;
import io.jswarm.model.Platform;
import io.jswarm.model.PortConfig;
import io.jswarm.model.PublishMode;
import io.jswarm.spi.TaskAssignment;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ConcurrentSkipListSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A machine that exists only in memory, with an engine that runs tasks as {@link
 * SimulatedProgram}s. It is the ground truth of a simulation: agents and their {@link #runtime()}s
 * come and go, the host knows what really runs.
 *
 * <p>Thread-safety: faults and questions from any thread. What a method changes happens with the
 * next turn of the host's loop; answers are exact when no turn runs, as between the steps of
 * virtual time.
 */
public final class SimulatedHost implements AutoCloseable {
  private static final int FIRST_DYNAMIC_PORT = 49_153;

  private final EventLoop loop;
  private final boolean ownsLoop;
  private final RandomSource random;
  private final boolean keepRuns;
  private final ConcurrentSkipListMap<String, SimulatedTask> tasks = new ConcurrentSkipListMap<>();
  private final List<SimulatedTask> runs = new ArrayList<>();
  private final ArrayDeque<TaskRuntimeException> prepareFailures = new ArrayDeque<>();
  private final ArrayDeque<TaskRuntimeException> startFailures = new ArrayDeque<>();
  private final ConcurrentSkipListSet<String> missingImages = new ConcurrentSkipListSet<>();
  private final TreeSet<String> boundPorts = new TreeSet<>();
  private final TimeRange prepareTime;
  private final TimeRange startTime;
  private volatile SimulatedProgram program;
  private volatile NodeDescription description;
  private boolean engineDown;
  private long nextPid = 1_000;

  private SimulatedHost(Builder from) {
    ownsLoop = from.loop == null;
    loop = from.loop == null ? from.environment.loops().create(from.hostname) : from.loop;
    random = from.environment.random().split();
    keepRuns = from.keepRuns;
    prepareTime = from.prepareTime;
    startTime = from.startTime;
    program = from.program;
    description =
        NodeDescription.of(from.hostname, from.platform, from.resources)
            .withEngine(new EngineDescription("simulated", from.labels, List.of()));
  }

  /** A host with 8 CPUs, 16 GiB and an engine that needs no time for anything. */
  public static Builder builder(Environment environment) {
    return new Builder(environment);
  }

  /** A new connection to this host's engine, as an agent opens it when it starts. */
  public SimulatedRuntime runtime() {
    return new SimulatedRuntime(this);
  }

  /** The name given at creation. */
  public String hostname() {
    return description.hostname();
  }

  /** What the host says of itself now. */
  public NodeDescription description() {
    return description;
  }

  // Ground truth

  /** Every task that has something here: prepared, running or ended, but not removed; by id. */
  public List<Run> tasks() {
    return tasks.values().stream().map(SimulatedTask::run).toList();
  }

  /** The tasks that run at this moment, by id. */
  public List<Run> running() {
    return tasks.values().stream().filter(SimulatedTask::runs).map(SimulatedTask::run).toList();
  }

  /** Every start there ever was, in order; only if the builder was told to keep them. */
  public List<Run> runs() {
    synchronized (runs) {
      return runs.stream().map(SimulatedTask::run).toList();
    }
  }

  /**
   * One task's time on a host.
   *
   * @param startedAt null before its start
   * @param endedAt null before its end
   */
  public record Run(
      String taskId,
      String serviceId,
      int slot,
      @Nullable Instant startedAt,
      @Nullable Instant endedAt) {

    /** Whether both ran in the same slot of the same service at some instant. */
    public boolean overlaps(Run other) {
      return serviceId.equals(other.serviceId)
          && slot == other.slot
          && startedAt != null
          && other.startedAt != null
          && (other.endedAt == null || startedAt.isBefore(other.endedAt))
          && (endedAt == null || other.startedAt.isBefore(endedAt));
    }
  }

  // Faults

  /** What tasks started from now on do. */
  public void program(SimulatedProgram program) {
    this.program = requireNonNull(program, "program");
  }

  /** Ends a running task with the code, as if its process had died. */
  public void crash(String taskId, int exitCode) {
    onTask(taskId, task -> task.exit(exitCode));
  }

  /** Lets a task's health check fail. */
  public void unhealthy(String taskId) {
    onTask(taskId, SimulatedTask::unhealthy);
  }

  /** Lets a prepare to come fail; several wait in a queue, one for each prepare. */
  public void failNextPrepare(String message, boolean temporary) {
    TaskRuntimeException failure = new TaskRuntimeException(message, temporary);
    loop.execute(() -> prepareFailures.add(failure));
  }

  /** Lets a start to come fail. */
  public void failNextStart(String message, boolean temporary) {
    TaskRuntimeException failure = new TaskRuntimeException(message, temporary);
    loop.execute(() -> startFailures.add(failure));
  }

  /** Makes every prepare with this image fail as a registry that does not know it. */
  public void missingImage(String image) {
    missingImages.add(image);
  }

  /**
   * Cuts all connections to the engine until {@link #engineUp()}: what is under way and what is
   * tried fails as temporary, tasks run on.
   */
  public void engineDown() {
    loop.execute(
        () -> {
          engineDown = true;
          TaskRuntimeException failure = unreachable();
          List.copyOf(tasks.values()).forEach(task -> task.disconnect(failure));
        });
  }

  /** Lets connections to the engine succeed again. */
  public void engineUp() {
    loop.execute(() -> engineDown = false);
  }

  /** Kills everything that runs; what was prepared or has ended stays. */
  public void reboot() {
    loop.execute(() -> List.copyOf(tasks.values()).forEach(task -> task.exit(137)));
  }

  /** Adds or takes away CPUs and memory; agents see it with their next description. */
  public void resources(NodeResources resources) {
    description = description.withResources(resources);
  }

  /** Ends the host's loop unless it was given; nothing runs any more. */
  @Override
  public void close() {
    if (ownsLoop) {
      loop.close();
    }
  }

  private void onTask(String taskId, Consumer<SimulatedTask> action) {
    loop.execute(
        () -> {
          SimulatedTask task = tasks.get(taskId);
          if (task != null) {
            action.accept(task);
          }
        });
  }

  // What the runtime and the tasks use, on the loop

  EventLoop loop() {
    return loop;
  }

  RandomSource random() {
    return random;
  }

  void checkConnected() {
    if (engineDown) {
      throw unreachable();
    }
  }

  private TaskRuntimeException unreachable() {
    return new TaskRuntimeException("cannot reach the engine of " + hostname(), true);
  }

  @Nullable SimulatedTask find(String taskId) {
    return tasks.get(taskId);
  }

  Iterable<SimulatedTask> all() {
    return tasks.values();
  }

  SimulatedTask prepare(TaskAssignment assignment) {
    SimulatedTask known = tasks.get(assignment.taskId());
    if (known != null) {
      return known;
    }
    SimulatedTask task = new SimulatedTask(this, assignment, nextPid++);
    List<PortConfig> ports = bind(assignment);
    tasks.put(assignment.taskId(), task);
    task.prepare(ports, prepareTime.draw(random), prepareFailure(assignment));
    return task;
  }

  private @Nullable TaskRuntimeException prepareFailure(TaskAssignment assignment) {
    String image = assignment.container().image();
    return missingImages.contains(image)
        ? new TaskRuntimeException("no such image: " + image, false)
        : prepareFailures.poll();
  }

  void start(SimulatedTask task) {
    task.start(startTime.draw(random), program, startFailures.poll());
  }

  void remove(String taskId) {
    SimulatedTask task = tasks.get(taskId);
    if (task != null) {
      task.end(137);
      forget(task);
    }
  }

  void forget(SimulatedTask task) {
    tasks.remove(task.assignment().taskId(), task);
    task.ports().forEach(port -> boundPorts.remove(key(port)));
  }

  void began(SimulatedTask task) {
    if (keepRuns) {
      synchronized (runs) {
        runs.add(task);
      }
    }
  }

  private List<PortConfig> bind(TaskAssignment assignment) {
    List<PortConfig> bound = new ArrayList<>();
    for (PortConfig wanted : assignment.task().endpoint().ports()) {
      if (wanted.publishMode() == PublishMode.HOST) {
        PortConfig port = wanted.publishedPort() == 0 ? dynamic(wanted) : wanted;
        if (!boundPorts.add(key(port))) {
          bound.forEach(taken -> boundPorts.remove(key(taken)));
          throw new TaskRuntimeException("port " + key(port) + " is in use on this node", false);
        }
        bound.add(port);
      }
    }
    return bound;
  }

  private PortConfig dynamic(PortConfig wanted) {
    PortConfig port = wanted.withPublishedPort(FIRST_DYNAMIC_PORT);
    while (boundPorts.contains(key(port))) {
      port = port.withPublishedPort(port.publishedPort() + 1);
    }
    return port;
  }

  private static String key(PortConfig port) {
    return HostPorts.text(port);
  }

  private record TimeRange(Duration min, Duration max) {
    static final TimeRange ZERO = new TimeRange(Duration.ZERO, Duration.ZERO);

    TimeRange {
      if (min.isNegative() || max.compareTo(min) < 0) {
        throw new IllegalArgumentException("need 0 <= min <= max, not " + min + ", " + max);
      }
    }

    Duration draw(RandomSource random) {
      long spread = max.minus(min).toNanos();
      return spread == 0 ? min : min.plusNanos((long) (random.nextDouble() * spread));
    }
  }

  /** Makes {@link SimulatedHost}. Not thread-safe. */
  public static final class Builder {
    private final Environment environment;
    private String hostname = "simulated";
    private Platform platform = new Platform("linux", "x86_64");
    private NodeResources resources = NodeResources.of(8, 16L << 30);
    private Map<String, String> labels = Map.of();
    private TimeRange prepareTime = TimeRange.ZERO;
    private TimeRange startTime = TimeRange.ZERO;
    private SimulatedProgram program = SimulatedProgram.untilStopped();
    private @Nullable EventLoop loop;
    private boolean keepRuns;

    private Builder(Environment environment) {
      this.environment = requireNonNull(environment, "environment");
    }

    /** The host's name. */
    public Builder hostname(String hostname) {
      this.hostname = requireNonNull(hostname, "hostname");
      return this;
    }

    /** Its operating system and processor; default {@code linux/x86_64}. */
    public Builder platform(Platform platform) {
      this.platform = requireNonNull(platform, "platform");
      return this;
    }

    /** What it has to give. */
    public Builder resources(NodeResources resources) {
      this.resources = requireNonNull(resources, "resources");
      return this;
    }

    /** Labels of its engine. */
    public Builder labels(Map<String, String> labels) {
      this.labels = Map.copyOf(labels);
      return this;
    }

    /** A prepare takes a random time in this range. */
    public Builder prepareTime(Duration min, Duration max) {
      prepareTime = new TimeRange(min, max);
      return this;
    }

    /** A start takes a random time in this range. */
    public Builder startTime(Duration min, Duration max) {
      startTime = new TimeRange(min, max);
      return this;
    }

    /** What tasks do; default {@link SimulatedProgram#untilStopped()}. */
    public Builder program(SimulatedProgram program) {
      this.program = requireNonNull(program, "program");
      return this;
    }

    /** A loop to share with other hosts; by default each has its own. */
    public Builder loop(EventLoop loop) {
      this.loop = requireNonNull(loop, "loop");
      return this;
    }

    /** Remembers every start for {@link SimulatedHost#runs()}, at the price of their memory. */
    public Builder keepRuns() {
      keepRuns = true;
      return this;
    }

    /** Starts the host. */
    public SimulatedHost build() {
      return new SimulatedHost(this);
    }
  }
}
