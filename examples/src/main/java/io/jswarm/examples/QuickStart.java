// SPDX-License-Identifier: Apache-2.0
package io.jswarm.examples;

import io.jswarm.Swarm;
import io.jswarm.SwarmException;
import io.jswarm.SwarmNode;
import io.jswarm.api.Filter;
import io.jswarm.model.Kind;
import io.jswarm.model.Node;
import io.jswarm.model.NodeState;
import io.jswarm.model.ServiceSpec;
import io.jswarm.model.Task;
import io.jswarm.model.TaskState;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * A cluster in one process, from its first node to its last trace: starts three managers and two
 * workers, deploys a web server, calls it, scales it, drains a worker, kills a task, kills the
 * leading manager, and shuts down. Each step is checked; the exit code is 0 only if all of them
 * held.
 *
 * <p>Tasks are processes of this machine, or with {@code --docker} containers of its Docker Engine.
 */
public final class QuickStart implements AutoCloseable {
  private static final String SERVICE = "web";
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final HelloApp app;
  private final Narrator narrator;
  private final Checks check;
  private final TaskBoard board;
  private final Leftovers leftovers = new Leftovers();

  /** The last started first. */
  private final Deque<SwarmNode> nodes = new ArrayDeque<>();

  QuickStart(HelloApp app, Narrator narrator) {
    this.app = app;
    this.narrator = narrator;
    this.check = new Checks(narrator);
    this.board = new TaskBoard(narrator);
  }

  /** Runs the story; {@code --docker} runs the tasks in containers. */
  @SuppressWarnings("try") // the interruption has only to be there
  public static void main(String[] args) {
    if (!Set.of(List.of(), List.of("--docker")).contains(List.of(args))) {
      fail("usage: QuickStart [--docker]");
    }
    Narrator narrator = new Narrator(System.out);
    try (HelloApp app = args.length == 0 ? new HelloProcess() : new HelloContainer();
        QuickStart story = new QuickStart(app, narrator);
        Interruption interruption = Interruption.closes(story, app)) {
      story.run();
    } catch (CheckFailed | SwarmException e) {
      fail(String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      fail(e.toString());
    }
  }

  private static void fail(String why) {
    System.out.println("FAILED: " + why);
    System.exit(1);
  }

  @SuppressWarnings("try") // the watch has only to be open
  void run() {
    app.prepare(narrator);
    Swarm swarm = startNodes();
    try (Swarm.Subscription watch = swarm.watch(Set.of(Kind.NODE, Kind.TASK), board)) {
      deploy(swarm);
      callEachTask();
      scaleUp(swarm);
      drainWorker(swarm);
      killTask(swarm);
      killLeader(swarm);
      remove(swarm);
    }
    shutDown();
  }

  private Swarm startNodes() {
    narrator.step("Start three managers and two workers; tasks will be " + app.title());
    SwarmNode manager = start(SwarmNode.builder().asManager().name("manager-1"));
    SwarmNode second = start(SwarmNode.builder().asManager().name("manager-2").join(manager));
    start(SwarmNode.builder().asManager().name("manager-3").join(manager));
    start(SwarmNode.builder().asWorker().name("worker-1").join(manager));
    start(SwarmNode.builder().asWorker().name("worker-2").join(manager));

    // Any manager will do; the first one, which leads, is killed later.
    Swarm swarm = second.swarm();
    check.eventually(
        PATIENCE,
        () -> {
          List<Node> members = swarm.nodes().list(Filter.all()).await();
          return members.size() == 5
              && members.stream().allMatch(node -> node.status().state() == NodeState.READY);
        },
        "five nodes are ready");
    return swarm;
  }

  private SwarmNode start(SwarmNode.Builder builder) {
    SwarmNode node = app.equip(builder).start();
    nodes.push(node);
    leftovers.node(node.id());
    return node;
  }

  private void deploy(Swarm swarm) {
    narrator.step("Deploy three web servers on the workers");
    ServiceSpec spec =
        app.program(ServiceSpec.replicated(SERVICE, 3))
            .env("TASK_NAME", "{{.Task.Name}}")
            .env("TASK_SLOT", "{{.Task.Slot}}")
            .publishHost(0, HelloApp.PORT)
            .constraint("node.role == worker")
            .restart(restart -> restart.delay(Duration.ofMillis(500)))
            .stopGracePeriod(Duration.ofSeconds(5))
            .build();
    swarm.services().create(spec).await();
    converge(swarm, 3);
    check.that(
        board.running().stream().allMatch(task -> board.nodeName(task).startsWith("worker-")),
        "all of them run on workers");
  }

  /** Waits until the service is as it should be. */
  private void converge(Swarm swarm, int replicas) {
    swarm.services().awaitConverged(SERVICE, PATIENCE).await(PATIENCE.plusSeconds(5));
    board.catchUp(swarm.tasks().list(Filter.all().service(SERVICE)).await(), PATIENCE);
    board.show();
    board.running().forEach(task -> leftovers.port(app.host(), TaskBoard.port(task)));
    check.that(
        board.running().stream().map(Task::slot).distinct().count() == replicas,
        replicas + " tasks run, one in each slot");
  }

  private void callEachTask() {
    narrator.step("Call each of them");
    callAll();
  }

  private void callAll() {
    for (Task task : board.running()) {
      String answer = call("http://" + app.host() + ":" + TaskBoard.port(task) + "/");
      check.that(
          answer.startsWith("hello from " + task.displayName() + ", slot " + task.slot() + ", "),
          "port " + TaskBoard.port(task) + " answers: " + answer);
    }
  }

  /** A task runs as soon as its process does, which may be a moment before its server listens. */
  private static String call(String url) {
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        HttpURLConnection connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
        connection.setRequestProperty("Connection", "close");
        connection.setConnectTimeout(5_000);
        connection.setReadTimeout(5_000);
        try (InputStream body = connection.getInputStream()) {
          return new String(body.readAllBytes(), StandardCharsets.UTF_8).strip();
        }
      } catch (IOException e) {
        Checks.require(System.nanoTime() < deadline, url + " answers; it says: " + e.getMessage());
        Leftovers.pause(Duration.ofMillis(50));
      }
    }
  }

  private void scaleUp(Swarm swarm) {
    narrator.step("Scale to five");
    swarm.services().scale(SERVICE, 5).await();
    converge(swarm, 5);
    callAll();
  }

  private void drainWorker(Swarm swarm) {
    narrator.step("Drain worker-1: its tasks move");
    Set<String> moving = on("worker-1");
    check.that(!moving.isEmpty(), "worker-1 runs " + moving.size() + " tasks");
    swarm.nodes().drain("worker-1").await();
    converge(swarm, 5);
    check.that(on("worker-1").isEmpty(), "worker-1 runs none, worker-2 all");
    callAll();
    swarm.nodes().activate("worker-1").await();
  }

  private Set<String> on(String node) {
    return board.running().stream()
        .filter(task -> board.nodeName(task).equals(node))
        .map(Task::id)
        .collect(Collectors.toSet());
  }

  private void killTask(Swarm swarm) {
    narrator.step("Kill a task behind the cluster's back: it heals");
    Task victim = board.running().get(0);
    long killed = System.nanoTime();
    app.kill(victim);
    board.await(
        "slot " + victim.slot() + " runs again",
        PATIENCE,
        tasks ->
            tasks.stream()
                .anyMatch(
                    task ->
                        TaskBoard.runs(task)
                            && task.slot() == victim.slot()
                            && !task.id().equals(victim.id())));
    long millis = Duration.ofNanos(System.nanoTime() - killed).toMillis();
    Task ended = swarm.tasks().inspect(victim.id()).await();
    check.that(ended.state() == TaskState.FAILED, "the old task failed: " + ended.status().error());
    narrator.say(
        "a new one ran after %d ms; 500 ms of them are the restart delay".formatted(millis));
    converge(swarm, 5);
    callAll();
  }

  private void killLeader(Swarm swarm) {
    narrator.step("Kill the leading manager: another leads, and the tasks do not notice");
    Set<String> before = board.running().stream().map(Task::id).collect(Collectors.toSet());
    long killed = System.nanoTime();
    nodes.removeLast().kill();
    swarm
        .services()
        .update(SERVICE, spec -> spec.toBuilder().label("note", "still here").build())
        .await(PATIENCE);
    long millis = Duration.ofNanos(System.nanoTime() - killed).toMillis();
    check.that(millis < 2_000, "a write went through " + millis + " ms after the kill");
    converge(swarm, 5);
    Set<String> after = board.running().stream().map(Task::id).collect(Collectors.toSet());
    check.that(after.equals(before), "the same five tasks run as before");
    callAll();
  }

  private void remove(Swarm swarm) {
    narrator.step("Remove the service and shut down: nothing is left");
    swarm.services().remove(SERVICE).await();
    board.await("all tasks stop", PATIENCE, List::isEmpty);
  }

  private void shutDown() {
    close();
    check.none(Leftovers.settled(app::leftovers), "no task is left");
    check.none(Leftovers.settled(leftovers::openPorts), "no port is left open");
    app.close();
    check.none(Leftovers.settled(leftovers::threads), "no thread is left");
    check.none(leftovers.directories(), "no temporary directory is left");
    narrator.say("");
    narrator.say("All checks passed.");
  }

  /** Stops all nodes, workers first. Idempotent. */
  @Override
  public synchronized void close() {
    while (!nodes.isEmpty()) {
      nodes.pop().close();
    }
  }
}
